/* split_complex: separate real and imaginary parts, transposed on the way.
 * tunembed: family layouts
 * tunembed: sizes n=2400 m=2500
 */
#include <complex.h>

void split_complex(int n, int m, double complex z[n][m], double re[m][n],
                   double im[m][n])
{
    for (int j = 0; j < m; j++)
        for (int i = 0; i < n; i++) {
            re[j][i] = creal(z[i][j]);
            im[j][i] = cimag(z[i][j]);
        }
}
