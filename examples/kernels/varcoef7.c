/* varcoef7: seven point operator with its own coefficient per neighbour.
 * tunembed: family stencils-3d
 * tunembed: sizes nz=160 ny=170 nx=192
 */
void varcoef7(int nz, int ny, int nx, const double a[restrict 7][nz][ny][nx],
              const double x[restrict nz][ny][nx],
              double y[restrict nz][ny][nx])
{
    for (int k = 1; k < nz - 1; k++)
        for (int j = 1; j < ny - 1; j++)
            for (int i = 1; i < nx - 1; i++)
                y[k][j][i] = a[0][k][j][i] * x[k][j][i] +
                             a[1][k][j][i] * x[k][j][i - 1] +
                             a[2][k][j][i] * x[k][j][i + 1] +
                             a[3][k][j][i] * x[k][j - 1][i] +
                             a[4][k][j][i] * x[k][j + 1][i] +
                             a[5][k][j][i] * x[k - 1][j][i] +
                             a[6][k][j][i] * x[k + 1][j][i];
}
