/* lower_times_in_place: X = L * X for a lower triangle, last row first.
 * tunembed: family dense-triangular
 * tunembed: sizes n=640 m=600
 */
void lower_times_in_place(int n, int m, const double L[n][n], double X[n][m])
{
    for (int j = 0; j < m; j++)
        for (int i = n - 1; i >= 0; i--) {
            X[i][j] *= L[i][i];
            for (int k = 0; k < i; k++)
                X[i][j] += L[i][k] * X[k][j];
        }
}
