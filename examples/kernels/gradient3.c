/* gradient3: three derivative fields, one separate nest for each.
 * tunembed: family stencils-3d
 * tunembed: sizes nz=180 ny=180 nx=200
 */
void gradient3(int nz, int ny, int nx, const double p[nz][ny][nx],
               double gx[nz][ny][nx], double gy[nz][ny][nx],
               double gz[nz][ny][nx])
{
    for (int k = 0; k < nz; k++)
        for (int j = 0; j < ny; j++)
            for (int i = 1; i < nx - 1; i++)
                gx[k][j][i] = 0.5 * (p[k][j][i + 1] - p[k][j][i - 1]);
    for (int k = 0; k < nz; k++)
        for (int i = 0; i < nx; i++)
            for (int j = 1; j < ny - 1; j++)
                gy[k][j][i] = 0.5 * (p[k][j + 1][i] - p[k][j - 1][i]);
    for (int j = 0; j < ny; j++)
        for (int i = 0; i < nx; i++)
            for (int k = 1; k < nz - 1; k++)
                gz[k][j][i] = 0.5 * (p[k + 1][j][i] - p[k - 1][j][i]);
}
