/* integral_image: two-dimensional running sums of an image.
 * tunembed: family image-filters
 * tunembed: sizes h=3600 w=3800
 */
void integral_image(int h, int w, const double in[restrict h][w],
                    double sum[restrict h + 1][w + 1])
{
    for (int x = 0; x <= w; x++)
        sum[0][x] = 0.0;
    for (int y = 1; y <= h; y++) {
        sum[y][0] = 0.0;
        for (int x = 1; x <= w; x++)
            sum[y][x] = in[y - 1][x - 1] + sum[y - 1][x] + sum[y][x - 1] -
                        sum[y - 1][x - 1];
    }
}
