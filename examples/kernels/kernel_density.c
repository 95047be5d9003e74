/* kernel_density: Gaussian density estimate of samples at query points.
 * tunembed: family particles
 * tunembed: sizes nquery=2000 nsample=2500 dim=3
 */
#include <math.h>

void kernel_density(int nquery, int nsample, int dim,
                    const double q[restrict nquery][dim],
                    const double s[restrict nsample][dim],
                    double density[restrict nquery])
{
    for (int i = 0; i < nquery; i++) {
        density[i] = 0.0;
        for (int j = 0; j < nsample; j++) {
            double d2 = 0.0;
            for (int d = 0; d < dim; d++)
                d2 += (q[i][d] - s[j][d]) * (q[i][d] - s[j][d]);
            density[i] += exp(-0.5 * d2);
        }
        density[i] /= nsample;
    }
}
