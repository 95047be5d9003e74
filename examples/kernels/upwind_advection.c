/* upwind_advection: first order upwind tendency, the sign picks the side.
 * tunembed: family stencils-1d2d
 * tunembed: sizes ny=3400 nx=3600 ld=3616
 */
void upwind_advection(int ny, int nx, int ld, const double *restrict q,
                      const double *restrict u, const double *restrict v,
                      double *restrict tend)
{
    for (int j = 1; j < ny - 1; j++)
        for (int i = 1; i < nx - 1; i++) {
            double gx = u[j * ld + i] > 0.0 ? q[j * ld + i] - q[j * ld + i - 1]
                                            : q[j * ld + i + 1] - q[j * ld + i];
            double gy = v[j * ld + i] > 0.0
                            ? q[j * ld + i] - q[(j - 1) * ld + i]
                            : q[(j + 1) * ld + i] - q[j * ld + i];
            tend[j * ld + i] = -(u[j * ld + i] * gx + v[j * ld + i] * gy);
        }
}
