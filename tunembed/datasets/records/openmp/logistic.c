/* logistic: the logistic function of a vector.
 * tunembed: family pointwise
 * tunembed: small n=7600
 * tunembed: medium n=150000
 * tunembed: large n=720000
 */
#include <math.h>

void logistic(int n, const double x[restrict n], double y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        y[i] = 1.0 / (1.0 + exp(-x[i]));
}
