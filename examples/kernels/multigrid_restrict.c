/* multigrid_restrict: residual on the fine grid, then full weighting.
 * tunembed: family stencils-1d2d
 * tunembed: sizes nc=1800 mc=1900
 */
void multigrid_restrict(int nc, int mc, double u[2 * nc + 1][2 * mc + 1],
                        double f[2 * nc + 1][2 * mc + 1],
                        double r[2 * nc + 1][2 * mc + 1],
                        double coarse[nc + 1][mc + 1])
{
    for (int i = 1; i < 2 * nc; i++)
        for (int j = 1; j < 2 * mc; j++)
            r[i][j] = f[i][j] - 4.0 * u[i][j] + u[i - 1][j] + u[i + 1][j] +
                      u[i][j - 1] + u[i][j + 1];
    for (int i = 1; i < nc; i++)
        for (int j = 1; j < mc; j++)
            coarse[i][j] =
                0.25 * r[2 * i][2 * j] +
                0.125 * (r[2 * i - 1][2 * j] + r[2 * i + 1][2 * j] +
                         r[2 * i][2 * j - 1] + r[2 * i][2 * j + 1]) +
                0.0625 * (r[2 * i - 1][2 * j - 1] + r[2 * i - 1][2 * j + 1] +
                          r[2 * i + 1][2 * j - 1] + r[2 * i + 1][2 * j + 1]);
}
