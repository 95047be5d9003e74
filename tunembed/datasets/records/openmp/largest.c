/* largest: the largest element by size.
 * tunembed: family reduction
 * tunembed: small n=26000
 * tunembed: medium n=650000
 * tunembed: large n=2800000
 */
#include <math.h>

float largest(int n, const float x[restrict n])
{
    float top = 0.0f;
#pragma omp parallel for schedule(runtime) reduction(max : top)
    for (int i = 0; i < n; i++)
        top = fmaxf(top, fabsf(x[i]));
    return top;
}
