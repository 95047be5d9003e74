/* acoustic_pulse: velocities and pressure on a staggered grid with a source.
 * tunembed: family stencils-time
 * tunembed: sizes steps=40 n=900 m=800
 */
void acoustic_pulse(int steps, int n, int m, float p[restrict n][m],
                    float u[restrict n][m], float v[restrict n][m],
                    const float source[restrict steps])
{
    for (int t = 0; t < steps; t++) {
        for (int j = 0; j < m; j++)
            p[0][j] = source[t];
        for (int i = 0; i < n - 1; i++)
            for (int j = 0; j < m; j++)
                u[i][j] = 0.99f * u[i][j] - 0.3f * (p[i + 1][j] - p[i][j]);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m - 1; j++)
                v[i][j] = 0.99f * v[i][j] - 0.3f * (p[i][j + 1] - p[i][j]);
        for (int i = 1; i < n; i++)
            for (int j = 1; j < m; j++)
                p[i][j] -= 0.3f * (u[i][j] - u[i - 1][j]) +
                           0.3f * (v[i][j] - v[i][j - 1]);
    }
}
