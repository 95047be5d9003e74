/* series_correlation: correlation of each series with one reference series.
 * tunembed: family reductions-scans
 * tunembed: sizes len=4000 series=3000
 */
#include <math.h>

void series_correlation(int len, int series,
                        const float x[restrict len][series],
                        const float ref[restrict len],
                        float corr[restrict series])
{
    float mr = 0.0f, vr = 1e-6f;
    for (int t = 0; t < len; t++)
        mr += ref[t];
    mr /= len;
    for (int t = 0; t < len; t++)
        vr += (ref[t] - mr) * (ref[t] - mr);
    for (int s = 0; s < series; s++) {
        float mx = 0.0f, vx = 1e-6f, cov = 0.0f;
        for (int t = 0; t < len; t++)
            mx += x[t][s];
        mx /= len;
        for (int t = 0; t < len; t++) {
            vx += (x[t][s] - mx) * (x[t][s] - mx);
            cov += (x[t][s] - mx) * (ref[t] - mr);
        }
        corr[s] = cov / sqrtf(vx * vr);
    }
}
