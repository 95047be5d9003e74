/* cloud_overlap: cloud cover seen from above with maximum-random overlap.
 * tunembed: family column-physics
 * tunembed: sizes nlev=80 nproma=60000
 */
#include <math.h>

void cloud_overlap(int nlev, int nproma, const float *frac, float *clear,
                   float *cover)
{
    for (int jc = 0; jc < nproma; jc++) {
        float above = 0.0f;
        clear[jc] = 1.0f;
        for (int k = 0; k < nlev; k++) {
            float f = fminf(0.99f, fabsf(frac[k * nproma + jc]));
            clear[jc] *= (1.0f - fmaxf(f, above)) / (1.0f - above);
            cover[k * nproma + jc] = 1.0f - clear[jc];
            above = f;
        }
    }
}
