/* median3: median of every 3 by 3 window through medians of columns.
 * tunembed: family image-filters
 * tunembed: sizes h=1400 w=1500
 */
#include <math.h>

void median3(int h, int w, const float in[h + 2][w], float lo[h][w],
             float mid[h][w], float hi[h][w], float out[h][w])
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            float a = in[y][x], b = in[y + 1][x], c = in[y + 2][x];
            lo[y][x] = fminf(a, fminf(b, c));
            hi[y][x] = fmaxf(a, fmaxf(b, c));
            mid[y][x] = fmaxf(fminf(a, b), fminf(fmaxf(a, b), c));
        }
    for (int y = 0; y < h; y++)
        for (int x = 1; x < w - 1; x++) {
            float a = fmaxf(lo[y][x - 1], fmaxf(lo[y][x], lo[y][x + 1]));
            float c = fminf(hi[y][x - 1], fminf(hi[y][x], hi[y][x + 1]));
            float p = mid[y][x - 1], q = mid[y][x], r = mid[y][x + 1];
            float b = fmaxf(fminf(p, q), fminf(fmaxf(p, q), r));
            out[y][x] = fmaxf(fminf(a, b), fminf(fmaxf(a, b), c));
        }
}
