/* advect_two_stage: advection and diffusion by a two-stage Runge-Kutta scheme.
 * tunembed: family stencils-time
 * tunembed: sizes steps=240 n=300000
 */
void advect_two_stage(int steps, int n, const float wind[n], float q[n],
                      float half[n], float tend[n])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            tend[i] = 0.2f * (q[i + 1] - 2.0f * q[i] + q[i - 1]) -
                      0.1f * wind[i] * (q[i + 1] - q[i - 1]);
        for (int i = 1; i < n - 1; i++)
            half[i] = q[i] + 0.5f * tend[i];
        for (int i = 2; i < n - 2; i++)
            q[i] += 0.2f * (half[i + 1] - 2.0f * half[i] + half[i - 1]) -
                    0.1f * wind[i] * (half[i + 1] - half[i - 1]);
    }
}
