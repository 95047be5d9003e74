/* pair_energy: energies of pairs, each counted once.
 * tunembed: family triangle
 * tunembed: small n=170
 * tunembed: medium n=760
 * tunembed: large n=1700
 */
#include <math.h>

void pair_energy(int n, const double x[restrict n], const double y[restrict n],
                 const double z[restrict n], double e[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double s = 0.0;
        for (int j = 0; j < i; j++) {
            double dx = x[i] - x[j], dy = y[i] - y[j], dz = z[i] - z[j];
            s += 1.0 / sqrt(dx * dx + dy * dy + dz * dz + 0.01);
        }
        e[i] = s;
    }
}
