/* membrane_wave: damped wave equation on a membrane, three time levels.
 * tunembed: family stencils-time
 * tunembed: sizes steps=60 n=660 m=680
 */
void membrane_wave(int steps, int n, int m, double prev[n][m],
                   double cur[n][m], double next[n][m])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                next[i][j] = 1.98 * cur[i][j] - 0.98 * prev[i][j] +
                             0.2 * (cur[i - 1][j] + cur[i + 1][j] +
                                    cur[i][j - 1] + cur[i][j + 1] -
                                    4.0 * cur[i][j]);
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++) {
                prev[i][j] = cur[i][j];
                cur[i][j] = next[i][j];
            }
    }
}
