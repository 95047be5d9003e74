/* newton: cube roots by Newton's method until they stand.
 * tunembed: family data-dependent
 * tunembed: small n=1200
 * tunembed: medium n=11000
 * tunembed: large n=34000
 */
#include <math.h>

void newton(int n, const double a[restrict n], double r[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double x = 1.0 + 40.0 * a[i], old = 0.0;
        for (int k = 0; k < 60 && fabs(x - old) > 1e-12; k++) {
            old = x;
            x = (2.0 * x + a[i] / (x * x)) / 3.0;
        }
        r[i] = x;
    }
}
