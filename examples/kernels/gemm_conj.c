/* gemm_conj: C = A^H * B for complex matrices.
 * tunembed: family dense-products
 * tunembed: sizes m=220 n=240 p=260
 */
#include <complex.h>

void gemm_conj(int m, int n, int p, double complex A[p][m],
               double complex B[p][n], double complex C[m][n])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            C[i][j] = 0.0;
    for (int k = 0; k < p; k++)
        for (int j = 0; j < n; j++)
            for (int i = 0; i < m; i++)
                C[i][j] += conj(A[k][i]) * B[k][j];
}
