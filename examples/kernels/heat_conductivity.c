/* heat_conductivity: explicit heat equation with a conductivity per cell.
 * tunembed: family stencils-time
 * tunembed: sizes steps=60 n=700 m=720 ld=736
 */
void heat_conductivity(int steps, int n, int m, int ld, double *u, double *w,
                       const double *k)
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                w[i * ld + j] = u[i * ld + j] +
                                0.1 * k[i * ld + j] *
                                    (u[(i - 1) * ld + j] + u[(i + 1) * ld + j] +
                                     u[i * ld + j - 1] + u[i * ld + j + 1] -
                                     4.0 * u[i * ld + j]);
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                u[i * ld + j] = w[i * ld + j];
    }
}
