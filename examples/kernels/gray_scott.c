/* gray_scott: two reacting and diffusing species.
 * tunembed: family stencils-time
 * tunembed: sizes steps=24 n=520 m=540
 */
void gray_scott(int steps, int n, int m, double u[n][m], double v[n][m],
                double un[n][m], double vn[n][m])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++) {
                double lu = u[i - 1][j] + u[i + 1][j] + u[i][j - 1] +
                            u[i][j + 1] - 4.0 * u[i][j];
                double lv = v[i - 1][j] + v[i + 1][j] + v[i][j - 1] +
                            v[i][j + 1] - 4.0 * v[i][j];
                double uvv = u[i][j] * v[i][j] * v[i][j];
                un[i][j] =
                    u[i][j] + 0.16 * lu - 0.1 * uvv + 0.035 * (1.0 - u[i][j]);
                vn[i][j] = v[i][j] + 0.08 * lv + 0.1 * uvv - 0.1 * v[i][j];
            }
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++) {
                u[i][j] = un[i][j];
                v[i][j] = vn[i][j];
            }
    }
}
