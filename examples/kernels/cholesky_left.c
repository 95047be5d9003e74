/* cholesky_left: lower Cholesky factor of A + n * I, one column at a time.
 * tunembed: family dense-triangular
 * tunembed: sizes n=640
 */
#include <math.h>

void cholesky_left(int n, const double A[n][n], double L[n][n])
{
    for (int j = 0; j < n; j++) {
        for (int i = j; i < n; i++) {
            double s = A[i][j];
            for (int k = 0; k < j; k++)
                s -= L[i][k] * L[j][k];
            L[i][j] = s;
        }
        L[j][j] = sqrt(L[j][j] + n);
        for (int i = j + 1; i < n; i++)
            L[i][j] /= L[j][j];
    }
}
