/* limited_advection: vertical transport with a monotone slope limiter.
 * tunembed: family column-physics
 * tunembed: sizes ncol=36000 nlev=96
 */
#include <math.h>

void limited_advection(int ncol, int nlev,
                       const double w[restrict ncol][nlev + 1],
                       double q[restrict ncol][nlev],
                       double slope[restrict ncol][nlev],
                       double flux[restrict ncol][nlev + 1])
{
    for (int i = 0; i < ncol; i++) {
        for (int k = 1; k < nlev - 1; k++) {
            double a = q[i][k] - q[i][k - 1];
            double b = q[i][k + 1] - q[i][k];
            slope[i][k] = a * b > 0.0 ? 2.0 * a * b / (a + b) : 0.0;
        }
        for (int k = 2; k < nlev - 1; k++) {
            double c = 0.3 * w[i][k];
            flux[i][k] =
                c > 0.0 ? c * (q[i][k - 1] + 0.5 * (1.0 - c) * slope[i][k - 1])
                        : c * (q[i][k] - 0.5 * (1.0 + c) * slope[i][k]);
        }
        for (int k = 2; k < nlev - 2; k++)
            q[i][k] -= flux[i][k + 1] - flux[i][k];
    }
}
