/* bilateral: edge-preserving blur with a Gaussian of the grey difference.
 * tunembed: family image-filters
 * tunembed: sizes h=520 w=560 r=2
 */
#include <math.h>

void bilateral(int h, int w, int r, const float space[2 * r + 1][2 * r + 1],
               const float in[h + 2 * r][w + 2 * r], float out[h][w])
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            float sum = 0.0f, norm = 1e-6f;
            for (int dy = 0; dy <= 2 * r; dy++)
                for (int dx = 0; dx <= 2 * r; dx++) {
                    float d = in[y + dy][x + dx] - in[y + r][x + r];
                    float g = fabsf(space[dy][dx]) * expf(-8.0f * d * d);
                    sum += g * in[y + dy][x + dx];
                    norm += g;
                }
            out[y][x] = sum / norm;
        }
}
