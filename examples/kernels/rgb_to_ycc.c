/* rgb_to_ycc: colour conversion of interleaved pixels into three planes.
 * tunembed: family image-filters
 * tunembed: sizes h=3400 w=3600
 */
void rgb_to_ycc(int h, int w, const float rgb[h][w][3], float ycc[3][h][w])
{
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) {
                float luma = 0.299f * rgb[y][x][0] + 0.587f * rgb[y][x][1] +
                             0.114f * rgb[y][x][2];
                if (c == 0)
                    ycc[c][y][x] = luma;
                else
                    ycc[c][y][x] = 0.6f * (rgb[y][x][4 - 2 * c] - luma);
            }
}
