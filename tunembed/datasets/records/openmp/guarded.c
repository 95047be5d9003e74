/* guarded: an expensive branch that one point in ten takes.
 * tunembed: family mixed
 * tunembed: small n=1300
 * tunembed: medium n=24000
 * tunembed: large n=120000
 */
#include <math.h>

void guarded(int n, const double x[restrict n], double y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double s = 0.0;
        if (x[i] > 1.0)
            for (int k = 1; k < 40; k++)
                s += sin(k * x[i]) / k;
        y[i] = s;
    }
}
