/* sobel_magnitude: edge strength from two derivative filters.
 * tunembed: family image-filters
 * tunembed: sizes h=2400 w=2400
 */
#include <math.h>

void sobel_magnitude(int h, int w, const float in[h + 2][w + 2],
                     float out[h][w])
{
    for (int x = 0; x < w; x++)
        for (int y = 0; y < h; y++) {
            float gx = in[y][x + 2] - in[y][x] +
                       2.0f * (in[y + 1][x + 2] - in[y + 1][x]) +
                       in[y + 2][x + 2] - in[y + 2][x];
            float gy = in[y + 2][x] - in[y][x] +
                       2.0f * (in[y + 2][x + 1] - in[y][x + 1]) +
                       in[y + 2][x + 2] - in[y][x + 2];
            out[y][x] = sqrtf(gx * gx + gy * gy);
        }
}
