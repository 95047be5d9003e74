/* cell_density: smoothed density from the particles of the same cell.
 * tunembed: family particles
 * tunembed: sizes ncell=3000 n=240000
 */
void cell_density(int ncell, int n, const int start[ncell + 1],
                  const int member[n], const double x[n], const double y[n],
                  const double mass[n], double rho[n])
{
    for (int c = 0; c < ncell; c++)
        for (int a = start[c]; a < start[c + 1]; a++) {
            double sum = 0.0;
            for (int b = start[c]; b < start[c + 1]; b++) {
                double dx = x[member[a]] - x[member[b]];
                double dy = y[member[a]] - y[member[b]];
                double w = 1.0 - dx * dx - dy * dy;
                if (w > 0.0)
                    sum += mass[member[b]] * w * w * w;
            }
            rho[a] = sum;
        }
}
