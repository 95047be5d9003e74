/* solve_upper_right: X * (U + n * I) = B, the rows of X are independent.
 * tunembed: family dense-triangular
 * tunembed: sizes m=420 n=480
 */
void solve_upper_right(int m, int n, const float U[n][n], const float B[m][n],
                       float X[m][n])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            X[i][j] = B[i][j];
            for (int k = 0; k < j; k++)
                X[i][j] -= X[i][k] * U[k][j];
            X[i][j] /= U[j][j] + n;
        }
}
