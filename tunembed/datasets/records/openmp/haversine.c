/* haversine: distances on a sphere between pairs of points.
 * tunembed: family pointwise
 * tunembed: small n=1200
 * tunembed: medium n=20000
 * tunembed: large n=90000
 */
#include <math.h>

void haversine(int n, const double lat[restrict n], const double lon[restrict n],
               double d[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double u = sin(0.5 * (lat[i] - 0.7)), v = sin(0.5 * (lon[i] - 0.3));
        d[i] = 2.0 * asin(sqrt(u * u + cos(lat[i]) * cos(0.7) * v * v) * 0.5);
    }
}
