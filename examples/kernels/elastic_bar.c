/* elastic_bar: velocity and stress waves in a bar of varying stiffness.
 * tunembed: family stencils-time
 * tunembed: sizes steps=300 n=200000
 */
void elastic_bar(int steps, int n, float *restrict vel, float *restrict stress,
                 const float *restrict stiff)
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n; i++)
            vel[i] = 0.999f * vel[i] + 0.3f * (stress[i] - stress[i - 1]);
        for (int i = 0; i < n - 1; i++)
            stress[i] += 0.3f * stiff[i] * stiff[i] * (vel[i + 1] - vel[i]);
    }
}
