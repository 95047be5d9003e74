/* sor_poisson: over-relaxed sweeps for the Poisson equation, in place.
 * tunembed: family stencils-time
 * tunembed: sizes sweeps=12 n=700 m=720 ld=736
 */
void sor_poisson(int sweeps, int n, int m, int ld, double omega,
                 const double *f, double *p)
{
    for (int s = 0; s < sweeps; s++)
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++) {
                double gs = 0.25 * (p[(i - 1) * ld + j] + p[(i + 1) * ld + j] +
                                    p[i * ld + j - 1] + p[i * ld + j + 1] -
                                    f[i * ld + j]);
                p[i * ld + j] += omega * (gs - p[i * ld + j]);
            }
}
