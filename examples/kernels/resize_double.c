/* resize_double: enlarge an image twofold by bilinear interpolation.
 * tunembed: family image-filters
 * tunembed: sizes h=1700 w=1800
 */
void resize_double(int h, int w, const float in[h + 1][w + 1],
                   float out[2 * h][2 * w])
{
    for (int x = 0; x < w; x++)
        for (int y = 0; y < h; y++) {
            out[2 * y][2 * x] = in[y][x];
            out[2 * y][2 * x + 1] = 0.5f * (in[y][x] + in[y][x + 1]);
            out[2 * y + 1][2 * x] = 0.5f * (in[y][x] + in[y + 1][x]);
            out[2 * y + 1][2 * x + 1] =
                0.25f *
                (in[y][x] + in[y][x + 1] + in[y + 1][x] + in[y + 1][x + 1]);
        }
}
