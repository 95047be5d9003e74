/* upwind_advection: first order upwind tendency, the sign picks the side.
 * tunembed: family stencils-1d2d
 * tunembed: sizes ny=3400 nx=3600
 */
void upwind_advection(int ny, int nx, const double q[restrict ny][nx],
                      const double u[restrict ny][nx],
                      const double v[restrict ny][nx],
                      double tend[restrict ny][nx])
{
    for (int j = 1; j < ny - 1; j++)
        for (int i = 1; i < nx - 1; i++) {
            double gx = u[j][i] > 0.0 ? q[j][i] - q[j][i - 1]
                                      : q[j][i + 1] - q[j][i];
            double gy = v[j][i] > 0.0 ? q[j][i] - q[j - 1][i]
                                      : q[j + 1][i] - q[j][i];
            tend[j][i] = -(u[j][i] * gx + v[j][i] * gy);
        }
}
