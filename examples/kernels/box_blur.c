/* box_blur: mean of a square window, summed from scratch at every pixel.
 * tunembed: family image-filters
 * tunembed: sizes h=900 w=1000 r=5
 */
void box_blur(int h, int w, int r, const double in[h + 2 * r][w + 2 * r],
              double out[h][w])
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            out[y][x] = 0.0;
            for (int dy = 0; dy <= 2 * r; dy++)
                for (int dx = 0; dx <= 2 * r; dx++)
                    out[y][x] += in[y + dy][x + dx];
            out[y][x] /= (2 * r + 1) * (2 * r + 1);
        }
}
