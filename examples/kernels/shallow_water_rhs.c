/* shallow_water_rhs: mass and momentum tendencies of a shallow layer.
 * tunembed: family stencils-1d2d
 * tunembed: sizes ny=2500 nx=2600
 */
void shallow_water_rhs(int ny, int nx, double h[ny][nx], double u[ny][nx],
                       double v[ny][nx], double dh[ny][nx], double du[ny][nx],
                       double dv[ny][nx])
{
    const double g = 9.81, f = 1e-4;
    for (int j = 1; j < ny - 1; j++)
        for (int i = 1; i < nx - 1; i++)
            dh[j][i] =
                -0.5 * (h[j][i + 1] * u[j][i + 1] - h[j][i - 1] * u[j][i - 1] +
                        h[j + 1][i] * v[j + 1][i] - h[j - 1][i] * v[j - 1][i]);
    for (int j = 1; j < ny - 1; j++)
        for (int i = 1; i < nx - 1; i++)
            du[j][i] = f * v[j][i] - 0.5 * g * (h[j][i + 1] - h[j][i - 1]) -
                       0.5 * u[j][i] * (u[j][i + 1] - u[j][i - 1]) -
                       0.5 * v[j][i] * (u[j + 1][i] - u[j - 1][i]);
    for (int j = 1; j < ny - 1; j++)
        for (int i = 1; i < nx - 1; i++)
            dv[j][i] = -f * u[j][i] - 0.5 * g * (h[j + 1][i] - h[j - 1][i]) -
                       0.5 * u[j][i] * (v[j][i + 1] - v[j][i - 1]) -
                       0.5 * v[j][i] * (v[j + 1][i] - v[j - 1][i]);
}
