/* sor_poisson: over-relaxed sweeps for the Poisson equation, in place.
 * tunembed: family stencils-time
 * tunembed: sizes sweeps=12 n=700 m=720
 */
void sor_poisson(int sweeps, int n, int m, double omega, const double f[n][m],
                 double p[n][m])
{
    for (int s = 0; s < sweeps; s++)
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++) {
                double gs = 0.25 * (p[i - 1][j] + p[i + 1][j] + p[i][j - 1] +
                                    p[i][j + 1] - f[i][j]);
                p[i][j] += omega * (gs - p[i][j]);
            }
}
