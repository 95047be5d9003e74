/* alternating_lines: implicit diffusion along rows, then along columns.
 * tunembed: family stencils-time
 * tunembed: sizes steps=4 n=500 m=520
 */
void alternating_lines(int steps, int n, int m, double u[restrict n][m],
                       double c[restrict n][m], double d[restrict n][m])
{
    const double r = 0.4, diag = 1.0 + 2.0 * r;
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++) {
            c[i][0] = -r / diag;
            d[i][0] = u[i][0] / diag;
            for (int j = 1; j < m; j++) {
                double den = diag + r * c[i][j - 1];
                c[i][j] = -r / den;
                d[i][j] = (u[i][j] + r * d[i][j - 1]) / den;
            }
            u[i][m - 1] = d[i][m - 1];
            for (int j = m - 2; j >= 0; j--)
                u[i][j] = d[i][j] - c[i][j] * u[i][j + 1];
        }
        for (int j = 0; j < m; j++) {
            c[0][j] = -r / diag;
            d[0][j] = u[0][j] / diag;
            for (int i = 1; i < n; i++) {
                double den = diag + r * c[i - 1][j];
                c[i][j] = -r / den;
                d[i][j] = (u[i][j] + r * d[i - 1][j]) / den;
            }
            u[n - 1][j] = d[n - 1][j];
            for (int i = n - 2; i >= 0; i--)
                u[i][j] = d[i][j] - c[i][j] * u[i + 1][j];
        }
    }
}
