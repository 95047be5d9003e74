/* matvec_hermitian: y = A^H x for a complex matrix.
 * tunembed: family matrix-vector
 * tunembed: sizes m=3200 n=3000
 */
#include <complex.h>

void matvec_hermitian(int m, int n, const double complex A[m][n],
                      const double complex x[m], double complex y[n])
{
    for (int j = 0; j < n; j++) {
        y[j] = 0.0;
        for (int i = 0; i < m; i++)
            y[j] += conj(A[i][j]) * x[i];
    }
}
