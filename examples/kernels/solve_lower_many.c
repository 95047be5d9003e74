/* solve_lower_many: X = (L + n * I)^-1 * B, one right-hand side at a time.
 * tunembed: family dense-triangular
 * tunembed: sizes n=480 nrhs=400
 */
void solve_lower_many(int n, int nrhs, double L[n][n], double B[n][nrhs],
                      double X[n][nrhs])
{
    for (int r = 0; r < nrhs; r++)
        for (int i = 0; i < n; i++) {
            double s = B[i][r];
            for (int k = 0; k < i; k++)
                s -= L[i][k] * X[k][r];
            X[i][r] = s / (L[i][i] + n);
        }
}
