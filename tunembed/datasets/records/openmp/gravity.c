/* gravity: accelerations of bodies, all pairs.
 * tunembed: family points
 * tunembed: small n=120
 * tunembed: medium n=530
 * tunembed: large n=1200
 */
#include <math.h>

void gravity(int n, const double x[restrict n], const double y[restrict n],
             double ax[restrict n], double ay[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double sx = 0.0, sy = 0.0;
        for (int j = 0; j < n; j++) {
            double dx = x[j] - x[i], dy = y[j] - y[i];
            double r = dx * dx + dy * dy + 0.01, f = 1.0 / (r * sqrt(r));
            sx += f * dx;
            sy += f * dy;
        }
        ax[i] = sx;
        ay[i] = sy;
    }
}
