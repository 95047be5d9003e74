/* local_contrast: subtract the local mean and divide by the local deviation.
 * tunembed: family image-filters
 * tunembed: sizes h=700 w=800 r=4
 */
#include <math.h>

void local_contrast(int h, int w, int r, const float in[h + 2 * r][w + 2 * r],
                    float out[h][w])
{
#pragma omp parallel for
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            float s = 0.0f, ss = 0.0f;
            for (int dy = 0; dy <= 2 * r; dy++)
                for (int dx = 0; dx <= 2 * r; dx++) {
                    s += in[y + dy][x + dx];
                    ss += in[y + dy][x + dx] * in[y + dy][x + dx];
                }
            float area = (2 * r + 1) * (2 * r + 1);
            float var = fmaxf(0.0f, ss / area - s / area * (s / area));
            out[y][x] = (in[y + r][x + r] - s / area) / sqrtf(var + 0.01f);
        }
}
