/* fourier: a discrete Fourier transform by its definition.
 * tunembed: family signal
 * tunembed: small n=140
 * tunembed: medium n=650
 * tunembed: large n=1500
 */
#include <math.h>

void fourier(int n, const double x[restrict n], double re[restrict n],
             double im[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int k = 0; k < n; k++) {
        double c = cos(6.283185307179586 * k / n), s = sin(6.283185307179586 * k / n);
        double u = 1.0, v = 0.0, a = 0.0, b = 0.0;
        for (int i = 0; i < n; i++) {
            double t = u * c - v * s;
            a += x[i] * u;
            b -= x[i] * v;
            v = u * s + v * c;
            u = t;
        }
        re[k] = a;
        im[k] = b;
    }
}
