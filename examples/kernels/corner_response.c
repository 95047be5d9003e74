/* corner_response: gradients, their windowed products and a corner measure.
 * tunembed: family image-filters
 * tunembed: sizes h=2800 w=3000
 */
void corner_response(int h, int w, const double in[restrict h + 4][w + 4],
                     double gx[restrict h + 2][w + 2],
                     double gy[restrict h + 2][w + 2],
                     double out[restrict h][w])
{
    for (int y = 0; y < h + 2; y++)
        for (int x = 0; x < w + 2; x++) {
            gx[y][x] = 0.5 * (in[y + 1][x + 2] - in[y + 1][x]);
            gy[y][x] = 0.5 * (in[y + 2][x + 1] - in[y][x + 1]);
        }
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            double xx = 0.0, xy = 0.0, yy = 0.0;
            for (int dy = 0; dy < 3; dy++)
                for (int dx = 0; dx < 3; dx++) {
                    xx += gx[y + dy][x + dx] * gx[y + dy][x + dx];
                    xy += gx[y + dy][x + dx] * gy[y + dy][x + dx];
                    yy += gy[y + dy][x + dx] * gy[y + dy][x + dx];
                }
            out[y][x] = xx * yy - xy * xy - 0.04 * (xx + yy) * (xx + yy);
        }
}
