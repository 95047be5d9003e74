/* burgers: viscous Burgers equation with a flux array on the cell faces.
 * tunembed: family stencils-time
 * tunembed: sizes steps=150 n=300000
 */
void burgers(int steps, int n, double u[n], double flux[n + 1])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n; i++)
            flux[i] = 0.125 * (u[i] * u[i] + u[i - 1] * u[i - 1]) -
                      0.25 * (u[i] - u[i - 1]);
        for (int i = 1; i < n - 1; i++)
            u[i] -= 0.5 * (flux[i + 1] - flux[i]);
    }
}
