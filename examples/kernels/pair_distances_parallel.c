/* pair_distances_parallel: histogram-free pair statistics in parallel rows.
 * tunembed: family particles
 * tunembed: sizes n=5000
 */
#include <math.h>

void pair_distances_parallel(int n, double x[n], double y[n], double mean[n],
                             double largest[n])
{
#pragma omp parallel for schedule(static)
    for (int i = 0; i < n; i++) {
        double s = 0.0, top = 0.0;
        for (int j = 0; j < n; j++) {
            double dx = x[i] - x[j], dy = y[i] - y[j];
            double d = sqrt(dx * dx + dy * dy);
            s += d;
            top = fmax(top, d);
        }
        mean[i] = s / n;
        largest[i] = top;
    }
}
