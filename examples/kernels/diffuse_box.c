/* diffuse_box: seven point diffusion in a box with a sink, two arrays.
 * tunembed: family stencils-time
 * tunembed: sizes steps=16 nz=90 ny=96 nx=100
 */
void diffuse_box(int steps, int nz, int ny, int nx, double *restrict a,
                 double *restrict b, double *restrict sink)
{
    for (int t = 0; t < steps; t++) {
        for (int k = 1; k < nz - 1; k++)
            for (int j = 1; j < ny - 1; j++)
                for (int i = 1; i < nx - 1; i++)
                    b[(k * ny + j) * nx + i] =
                        0.4 * a[(k * ny + j) * nx + i] +
                        0.09 * (a[(k * ny + j) * nx + i - 1] +
                                a[(k * ny + j) * nx + i + 1] +
                                a[(k * ny + j - 1) * nx + i] +
                                a[(k * ny + j + 1) * nx + i] +
                                a[((k - 1) * ny + j) * nx + i] +
                                a[((k + 1) * ny + j) * nx + i]) -
                        0.01 * sink[(k * ny + j) * nx + i];
        for (int k = 1; k < nz - 1; k++)
            for (int j = 1; j < ny - 1; j++)
                for (int i = 1; i < nx - 1; i++)
                    a[(k * ny + j) * nx + i] = b[(k * ny + j) * nx + i];
    }
}
