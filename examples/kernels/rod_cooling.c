/* rod_cooling: heat in a rod that loses heat along its whole length.
 * tunembed: family stencils-time
 * tunembed: sizes steps=200 n=400000
 */
void rod_cooling(int steps, int n, double T[n], double Tnew[n], double kappa[n],
                 double loss[n])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            Tnew[i] = T[i] +
                      0.2 * (kappa[i] * (T[i + 1] - T[i]) -
                             kappa[i - 1] * (T[i] - T[i - 1])) -
                      0.01 * loss[i] * T[i];
        for (int i = 1; i < n - 1; i++)
            T[i] = Tnew[i];
    }
}
