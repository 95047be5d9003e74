/* sobel_magnitude: edge strength from two derivative filters.
 * tunembed: family image-filters
 * tunembed: sizes h=2400 w=2400 ldin=2416 ldout=2416
 */
#include <math.h>

void sobel_magnitude(int h, int w, int ldin, int ldout,
                     const float *restrict in, float *restrict out)
{
    for (int x = 0; x < w; x++)
        for (int y = 0; y < h; y++) {
            float gx =
                in[y * ldin + x + 2] - in[y * ldin + x] +
                2.0f * (in[(y + 1) * ldin + x + 2] - in[(y + 1) * ldin + x]) +
                in[(y + 2) * ldin + x + 2] - in[(y + 2) * ldin + x];
            float gy =
                in[(y + 2) * ldin + x] - in[y * ldin + x] +
                2.0f * (in[(y + 2) * ldin + x + 1] - in[y * ldin + x + 1]) +
                in[(y + 2) * ldin + x + 2] - in[y * ldin + x + 2];
            out[y * ldout + x] = sqrtf(gx * gx + gy * gy);
        }
}
