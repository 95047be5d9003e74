/* diffuse_box: seven point diffusion in a box with a sink, two arrays.
 * tunembed: family stencils-time
 * tunembed: sizes steps=16 nz=90 ny=96 nx=100
 */
void diffuse_box(int steps, int nz, int ny, int nx, double a[nz][ny][nx],
                 double b[nz][ny][nx], double sink[nz][ny][nx])
{
    for (int t = 0; t < steps; t++) {
        for (int k = 1; k < nz - 1; k++)
            for (int j = 1; j < ny - 1; j++)
                for (int i = 1; i < nx - 1; i++)
                    b[k][j][i] = 0.4 * a[k][j][i] +
                                 0.09 * (a[k][j][i - 1] + a[k][j][i + 1] +
                                         a[k][j - 1][i] + a[k][j + 1][i] +
                                         a[k - 1][j][i] + a[k + 1][j][i]) -
                                 0.01 * sink[k][j][i];
        for (int k = 1; k < nz - 1; k++)
            for (int j = 1; j < ny - 1; j++)
                for (int i = 1; i < nx - 1; i++)
                    a[k][j][i] = b[k][j][i];
    }
}
