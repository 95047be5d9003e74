/* lennard_jones: forces of all pairs within a cutoff, each pair once.
 * tunembed: family particles
 * tunembed: sizes n=4000
 */
void lennard_jones(int n, double pos[n][3], double force[n][3],
                   double energy[1])
{
    energy[0] = 0.0;
    for (int i = 0; i < n; i++)
        for (int d = 0; d < 3; d++)
            force[i][d] = 0.0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            double dx = pos[i][0] - pos[j][0];
            double dy = pos[i][1] - pos[j][1];
            double dz = pos[i][2] - pos[j][2];
            double r2 = dx * dx + dy * dy + dz * dz + 0.05;
            if (r2 < 0.25) {
                double s2 = 0.04 / r2;
                double s6 = s2 * s2 * s2;
                double f = 24.0 * s6 * (2.0 * s6 - 1.0) / r2;
                energy[0] += 4.0 * s6 * (s6 - 1.0);
                force[i][0] += f * dx;
                force[i][1] += f * dy;
                force[i][2] += f * dz;
                force[j][0] -= f * dx;
                force[j][1] -= f * dy;
                force[j][2] -= f * dz;
            }
        }
}
