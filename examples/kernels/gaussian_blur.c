/* gaussian_blur: separable blur, rows first and then columns.
 * tunembed: family image-filters
 * tunembed: sizes h=1400 w=1500 r=4
 */
void gaussian_blur(int h, int w, int r, const float kernel[2 * r + 1],
                   const float in[h + 2 * r][w + 2 * r],
                   float tmp[h + 2 * r][w], float out[h][w])
{
    for (int y = 0; y < h + 2 * r; y++)
        for (int x = 0; x < w; x++) {
            float s = 0.0f;
            for (int k = 0; k <= 2 * r; k++)
                s += kernel[k] * in[y][x + k];
            tmp[y][x] = s;
        }
    for (int x = 0; x < w; x++)
        for (int y = 0; y < h; y++) {
            float s = 0.0f;
            for (int k = 0; k <= 2 * r; k++)
                s += kernel[k] * tmp[y + k][x];
            out[y][x] = s;
        }
}
