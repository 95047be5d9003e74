/* cholesky_solve_many: forward then backward solve with (L + n * I), by rows.
 * tunembed: family dense-triangular
 * tunembed: sizes n=500 nrhs=240
 */
void cholesky_solve_many(int n, int nrhs, const double L[restrict n][n],
                         double X[restrict nrhs][n])
{
    for (int r = 0; r < nrhs; r++) {
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++)
                X[r][i] -= L[i][k] * X[r][k];
            X[r][i] /= L[i][i] + n;
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++)
                X[r][i] -= L[k][i] * X[r][k];
            X[r][i] /= L[i][i] + n;
        }
    }
}
