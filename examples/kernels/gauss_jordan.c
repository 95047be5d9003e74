/* gauss_jordan: inverse of A + n * I by elimination above and below.
 * tunembed: family dense-triangular
 * tunembed: sizes n=420
 */
void gauss_jordan(int n, double A[restrict n][n], double Inv[restrict n][n])
{
    int i, j, k;
    for (i = 0; i < n; i++) {
        A[i][i] += n;
        for (j = 0; j < n; j++)
            Inv[i][j] = i == j ? 1.0 : 0.0;
    }
    for (k = 0; k < n; k++) {
        double p = 1.0 / A[k][k];
        for (j = 0; j < n; j++) {
            A[k][j] *= p;
            Inv[k][j] *= p;
        }
        for (i = 0; i < n; i++) {
            if (i != k) {
                double f = A[i][k];
                for (j = 0; j < n; j++) {
                    A[i][j] -= f * A[k][j];
                    Inv[i][j] -= f * Inv[k][j];
                }
            }
        }
    }
}
