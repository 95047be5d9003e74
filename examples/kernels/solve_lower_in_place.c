/* solve_lower_in_place: forward substitution, all right sides at once.
 * tunembed: family dense-triangular
 * tunembed: sizes n=640 nrhs=600
 */
void solve_lower_in_place(int n, int nrhs, const double L[n][n],
                          double X[n][nrhs])
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++)
            for (int r = 0; r < nrhs; r++)
                X[i][r] -= L[i][k] * X[k][r];
        for (int r = 0; r < nrhs; r++)
            X[i][r] /= L[i][i] + n;
    }
}
