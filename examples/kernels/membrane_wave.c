/* membrane_wave: damped wave equation on a membrane, three time levels.
 * tunembed: family stencils-time
 * tunembed: sizes steps=60 n=660 m=680
 */
void membrane_wave(int steps, int n, int m, double *prev, double *cur,
                   double *next)
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                next[i * m + j] =
                    1.98 * cur[i * m + j] - 0.98 * prev[i * m + j] +
                    0.2 * (cur[(i - 1) * m + j] + cur[(i + 1) * m + j] +
                           cur[i * m + j - 1] + cur[i * m + j + 1] -
                           4.0 * cur[i * m + j]);
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++) {
                prev[i * m + j] = cur[i * m + j];
                cur[i * m + j] = next[i * m + j];
            }
    }
}
