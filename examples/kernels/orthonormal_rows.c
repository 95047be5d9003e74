/* orthonormal_rows: modified Gram-Schmidt over the rows of a wide matrix.
 * tunembed: family dense-triangular
 * tunembed: sizes m=240 n=640
 */
#include <math.h>

void orthonormal_rows(int m, int n, double A[m][n], double R[m][m])
{
    for (int p = 0; p < m; p++) {
        double norm = 0.0;
        for (int k = 0; k < n; k++)
            norm += A[p][k] * A[p][k];
        R[p][p] = sqrt(norm) + 1e-12;
        for (int k = 0; k < n; k++)
            A[p][k] /= R[p][p];
        for (int q = p + 1; q < m; q++) {
            double dot = 0.0;
            for (int k = 0; k < n; k++)
                dot += A[p][k] * A[q][k];
            R[p][q] = dot;
            for (int k = 0; k < n; k++)
                A[q][k] -= dot * A[p][k];
        }
    }
}
