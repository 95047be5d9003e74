/* gravity_forces: softened gravity between all pairs of bodies.
 * tunembed: family particles
 * tunembed: sizes n=5000
 */
#include <math.h>

void gravity_forces(int n, const double x[restrict n],
                    const double y[restrict n], const double z[restrict n],
                    const double m[restrict n], double ax[restrict n],
                    double ay[restrict n], double az[restrict n])
{
    for (int i = 0; i < n; i++) {
        ax[i] = 0.0;
        ay[i] = 0.0;
        az[i] = 0.0;
        for (int j = 0; j < n; j++) {
            double dx = x[j] - x[i];
            double dy = y[j] - y[i];
            double dz = z[j] - z[i];
            double r2 = dx * dx + dy * dy + dz * dz + 1e-3;
            double f = m[j] / (r2 * sqrt(r2));
            ax[i] += f * dx;
            ay[i] += f * dy;
            az[i] += f * dz;
        }
    }
}
