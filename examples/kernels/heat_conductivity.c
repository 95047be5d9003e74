/* heat_conductivity: explicit heat equation with a conductivity per cell.
 * tunembed: family stencils-time
 * tunembed: sizes steps=60 n=700 m=720
 */
void heat_conductivity(int steps, int n, int m, double u[n][m], double w[n][m],
                       const double k[n][m])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                w[i][j] = u[i][j] +
                          0.1 * k[i][j] *
                              (u[i - 1][j] + u[i + 1][j] + u[i][j - 1] +
                               u[i][j + 1] - 4.0 * u[i][j]);
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                u[i][j] = w[i][j];
    }
}
