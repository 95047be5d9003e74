/* multigrid_prolong: bilinear interpolation from the coarse to the fine grid.
 * tunembed: family stencils-1d2d
 * tunembed: sizes nc=1300 mc=1300
 */
void multigrid_prolong(int nc, int mc, const double c[nc + 1][mc + 1],
                       double fine[2 * nc + 1][2 * mc + 1])
{
    for (int j = 0; j <= mc; j++)
        for (int i = 0; i <= nc; i++)
            fine[2 * i][2 * j] = c[i][j];
    for (int j = 0; j <= mc; j++)
        for (int i = 0; i < nc; i++)
            fine[2 * i + 1][2 * j] = 0.5 * (c[i][j] + c[i + 1][j]);
    for (int j = 0; j < mc; j++)
        for (int i = 0; i <= 2 * nc; i++)
            fine[i][2 * j + 1] = 0.5 * (fine[i][2 * j] + fine[i][2 * j + 2]);
}
