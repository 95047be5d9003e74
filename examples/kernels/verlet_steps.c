/* verlet_steps: harmonic particles moved through several small steps.
 * tunembed: family particles
 * tunembed: sizes steps=80 n=180000
 */
void verlet_steps(int steps, int n, double pos[n][3], double vel[n][3],
                  double anchor[n][3])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++)
            for (int d = 0; d < 3; d++)
                vel[i][d] =
                    0.999 * vel[i][d] - 0.01 * (pos[i][d] - anchor[i][d]);
        for (int i = 0; i < n; i++)
            for (int d = 0; d < 3; d++)
                pos[i][d] += 0.01 * vel[i][d];
    }
}
