/* flux_divergence: fluxes on the faces of a grid, then their divergence.
 * tunembed: family stencils-3d
 * tunembed: sizes nz=190 ny=200 nx=210
 */
void flux_divergence(int nz, int ny, int nx, double q[nz + 1][ny + 1][nx + 1],
                     double fx[nz][ny][nx + 1], double fy[nz][ny + 1][nx],
                     double fz[nz + 1][ny][nx], double div[nz][ny][nx])
{
    for (int k = 0; k < nz; k++)
        for (int j = 0; j < ny; j++)
            for (int i = 0; i < nx; i++) {
                fx[k][j][i] = q[k][j][i + 1] - q[k][j][i];
                fy[k][j][i] = q[k][j + 1][i] - q[k][j][i];
                fz[k][j][i] = q[k + 1][j][i] - q[k][j][i];
            }
    for (int k = 0; k < nz; k++)
        for (int j = 0; j < ny; j++)
            for (int i = 0; i < nx; i++)
                div[k][j][i] = fx[k][j][i + 1] - fx[k][j][i] + fy[k][j + 1][i] -
                               fy[k][j][i] + fz[k + 1][j][i] - fz[k][j][i];
}
