/* sylvester_residual: R = A * X + X * B - F.
 * tunembed: family dense-products
 * tunembed: sizes m=340 n=320
 */
void sylvester_residual(int m, int n, const double A[m][m],
                        const double B[n][n], const double F[m][n],
                        const double X[m][n], double R[m][n])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double r = -F[i][j];
            for (int k = 0; k < m; k++)
                r += A[i][k] * X[k][j];
            for (int k = 0; k < n; k++)
                r += X[i][k] * B[k][j];
            R[i][j] = r;
        }
}
