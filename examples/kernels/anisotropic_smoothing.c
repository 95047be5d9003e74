/* anisotropic_smoothing: smoothing, forth and back between images.
 * tunembed: family stencils-time
 * tunembed: sizes steps=24 n=1100 m=1000
 */
void anisotropic_smoothing(int steps, int n, int m, double a[n][m],
                           double b[n][m])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                b[i][j] = 0.36 * a[i][j] + 0.14 * (a[i][j - 1] + a[i][j + 1]) +
                          0.1 * (a[i - 1][j] + a[i + 1][j]) +
                          0.04 * (a[i - 1][j - 1] + a[i + 1][j + 1]);
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                a[i][j] = 0.36 * b[i][j] + 0.14 * (b[i][j - 1] + b[i][j + 1]) +
                          0.1 * (b[i - 1][j] + b[i + 1][j]) +
                          0.04 * (b[i - 1][j + 1] + b[i + 1][j - 1]);
    }
}
