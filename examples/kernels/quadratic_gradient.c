/* quadratic_gradient: g = (A + A^T) x + b, reading A along both directions.
 * tunembed: family matrix-vector
 * tunembed: sizes n=3600
 */
void quadratic_gradient(int n, double A[n][n], double b[n], double x[n],
                        double g[n])
{
    for (int i = 0; i < n; i++) {
        g[i] = b[i];
        for (int j = 0; j < n; j++)
            g[i] += (A[i][j] + A[j][i]) * x[j];
    }
}
