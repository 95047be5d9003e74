/* hydrostatic_pressure: pressure and height by summing down each column.
 * tunembed: family column-physics
 * tunembed: sizes nlev=90 nproma=40000
 */
void hydrostatic_pressure(int nlev, int nproma, const double *restrict dp,
                          const double *restrict tv, double *restrict p,
                          double *restrict z)
{
    for (int jc = 0; jc < nproma; jc++) {
        p[jc] = 10.0;
        for (int k = 0; k < nlev; k++)
            p[(k + 1) * nproma + jc] =
                p[k * nproma + jc] + 1.0 +
                dp[k * nproma + jc] * dp[k * nproma + jc];
        z[nlev * nproma + jc] = 0.0;
        for (int k = nlev - 1; k >= 0; k--)
            z[k * nproma + jc] =
                z[(k + 1) * nproma + jc] +
                29.27 * (273.0 + tv[k * nproma + jc]) *
                    (p[(k + 1) * nproma + jc] - p[k * nproma + jc]) /
                    p[(k + 1) * nproma + jc];
    }
}
