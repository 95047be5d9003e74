/* maxwell_tm: out-of-plane electric field with losses, staggered in two axes.
 * tunembed: family stencils-time
 * tunembed: sizes steps=40 nx=700 ny=720
 */
void maxwell_tm(int steps, int nx, int ny, double ez[nx + 1][ny + 1],
                double bx[nx + 1][ny], double by[nx][ny + 1],
                double loss[nx + 1][ny + 1])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i <= nx; i++)
            for (int j = 0; j < ny; j++)
                bx[i][j] -= 0.4 * (ez[i][j + 1] - ez[i][j]);
        for (int i = 0; i < nx; i++)
            for (int j = 0; j <= ny; j++)
                by[i][j] += 0.4 * (ez[i + 1][j] - ez[i][j]);
        for (int i = 1; i < nx; i++)
            for (int j = 1; j < ny; j++)
                ez[i][j] = (ez[i][j] + 0.4 * (by[i][j] - by[i - 1][j] -
                                              bx[i][j] + bx[i][j - 1])) /
                           (1.0 + 0.1 * loss[i][j] * loss[i][j]);
    }
}
