/* smooth13_parallel: axis-aligned smoothing of radius two, slabs in parallel.
 * tunembed: family stencils-3d
 * tunembed: sizes nz=280 ny=290 nx=290
 */
void smooth13_parallel(int nz, int ny, int nx, double in[nz][ny][nx],
                       double out[nz][ny][nx])
{
#pragma omp parallel for
    for (int k = 2; k < nz - 2; k++)
        for (int j = 2; j < ny - 2; j++)
            for (int i = 2; i < nx - 2; i++)
                out[k][j][i] = 0.4 * in[k][j][i] +
                               0.07 * (in[k][j][i - 1] + in[k][j][i + 1] +
                                       in[k][j - 1][i] + in[k][j + 1][i] +
                                       in[k - 1][j][i] + in[k + 1][j][i]) +
                               0.03 * (in[k][j][i - 2] + in[k][j][i + 2] +
                                       in[k][j - 2][i] + in[k][j + 2][i] +
                                       in[k - 2][j][i] + in[k + 2][j][i]);
}
