/* horizontal_diffusion: limited fourth order diffusion, three nests a level.
 * tunembed: family column-physics
 * tunembed: sizes nlev=100 ny=260 nx=280
 */
void horizontal_diffusion(int nlev, int ny, int nx,
                          double in[restrict nlev][ny][nx],
                          double lap[restrict nlev][ny][nx],
                          double fx[restrict nlev][ny][nx],
                          double fy[restrict nlev][ny][nx],
                          double out[restrict nlev][ny][nx])
{
    for (int k = 0; k < nlev; k++)
        for (int j = 1; j < ny - 1; j++)
            for (int i = 1; i < nx - 1; i++)
                lap[k][j][i] = 4.0 * in[k][j][i] - in[k][j][i - 1] -
                               in[k][j][i + 1] - in[k][j - 1][i] -
                               in[k][j + 1][i];
    for (int k = 0; k < nlev; k++)
        for (int j = 1; j < ny - 2; j++)
            for (int i = 1; i < nx - 2; i++) {
                double gx = lap[k][j][i + 1] - lap[k][j][i];
                double gy = lap[k][j + 1][i] - lap[k][j][i];
                fx[k][j][i] = gx * (in[k][j][i + 1] - in[k][j][i]) > 0 ? 0 : gx;
                fy[k][j][i] = gy * (in[k][j + 1][i] - in[k][j][i]) > 0 ? 0 : gy;
            }
    for (int k = 0; k < nlev; k++)
        for (int j = 2; j < ny - 2; j++)
            for (int i = 2; i < nx - 2; i++)
                out[k][j][i] =
                    in[k][j][i] - 0.025 * (fx[k][j][i] - fx[k][j][i - 1] +
                                           fy[k][j][i] - fy[k][j - 1][i]);
}
