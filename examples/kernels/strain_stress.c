/* strain_stress: normal strains from displacements, then Hooke's law.
 * tunembed: family stencils-3d
 * tunembed: sizes nz=110 ny=120 nx=140
 */
void strain_stress(int nz, int ny, int nx, float lambda, float mu,
                   float u[3][nz + 1][ny + 1][nx + 1], float e[3][nz][ny][nx],
                   float s[3][nz][ny][nx])
{
    int i, j, k;
    for (i = 0; i < nx; i++)
        for (j = 0; j < ny; j++)
            for (k = 0; k < nz; k++) {
                e[0][k][j][i] = u[0][k][j][i + 1] - u[0][k][j][i];
                e[1][k][j][i] = u[1][k][j + 1][i] - u[1][k][j][i];
                e[2][k][j][i] = u[2][k + 1][j][i] - u[2][k][j][i];
            }
    for (i = 0; i < nx; i++)
        for (j = 0; j < ny; j++)
            for (k = 0; k < nz; k++) {
                float trace = e[0][k][j][i] + e[1][k][j][i] + e[2][k][j][i];
                s[0][k][j][i] = lambda * trace + 2.0f * mu * e[0][k][j][i];
                s[1][k][j][i] = lambda * trace + 2.0f * mu * e[1][k][j][i];
                s[2][k][j][i] = lambda * trace + 2.0f * mu * e[2][k][j][i];
            }
}
