/* vorticity_divergence: two operators on one wind field, one nest each.
 * tunembed: family stencils-1d2d
 * tunembed: sizes ny=1800 nx=2000
 */
void vorticity_divergence(int ny, int nx, double dx, double dy,
                          double u[ny][nx], double v[ny][nx],
                          double vort[ny][nx], double div[ny][nx])
{
    for (int i = 1; i < nx - 1; i++)
        for (int j = 1; j < ny - 1; j++)
            vort[j][i] = (v[j][i + 1] - v[j][i - 1]) / (1.0 + dx) -
                         (u[j + 1][i] - u[j - 1][i]) / (1.0 + dy);
    for (int i = 1; i < nx - 1; i++)
        for (int j = 1; j < ny - 1; j++)
            div[j][i] = (u[j][i + 1] - u[j][i - 1]) / (1.0 + dx) +
                        (v[j + 1][i] - v[j - 1][i]) / (1.0 + dy);
}
