/* hydrostatic_pressure: pressure and height by summing down each column.
 * tunembed: family column-physics
 * tunembed: sizes nlev=90 nproma=40000
 */
void hydrostatic_pressure(int nlev, int nproma, const double dp[nlev][nproma],
                          const double tv[nlev][nproma],
                          double p[nlev + 1][nproma],
                          double z[nlev + 1][nproma])
{
    for (int jc = 0; jc < nproma; jc++) {
        p[0][jc] = 10.0;
        for (int k = 0; k < nlev; k++)
            p[k + 1][jc] = p[k][jc] + 1.0 + dp[k][jc] * dp[k][jc];
        z[nlev][jc] = 0.0;
        for (int k = nlev - 1; k >= 0; k--)
            z[k][jc] = z[k + 1][jc] + 29.27 * (273.0 + tv[k][jc]) *
                                          (p[k + 1][jc] - p[k][jc]) /
                                          p[k + 1][jc];
    }
}
