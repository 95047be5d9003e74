/* neighbour_forces: spring forces from a fixed-length neighbour list.
 * tunembed: family particles
 * tunembed: sizes n=100000 maxnb=32
 */
#include <math.h>

void neighbour_forces(int n, int maxnb, const int nb[n][maxnb],
                      const double pos[n][3], double force[n][3])
{
    for (int i = 0; i < n; i++) {
        for (int d = 0; d < 3; d++)
            force[i][d] = 0.0;
        for (int k = 0; k < maxnb; k++) {
            double r2 = 1e-6;
            for (int d = 0; d < 3; d++)
                r2 += (pos[nb[i][k]][d] - pos[i][d]) *
                      (pos[nb[i][k]][d] - pos[i][d]);
            double f = 1.0 - 0.3 / sqrt(r2);
            for (int d = 0; d < 3; d++)
                force[i][d] += f * (pos[nb[i][k]][d] - pos[i][d]);
        }
    }
}
