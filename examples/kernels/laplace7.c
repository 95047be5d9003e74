/* laplace7: seven point Laplacian with the contiguous axis outermost.
 * tunembed: family stencils-3d
 * tunembed: sizes nz=160 ny=170 nx=180
 */
void laplace7(int nz, int ny, int nx, double *u, double *lap)
{
    for (int i = 1; i < nx - 1; i++)
        for (int j = 1; j < ny - 1; j++)
            for (int k = 1; k < nz - 1; k++)
                lap[(k * ny + j) * nx + i] = u[(k * ny + j) * nx + i - 1] +
                                             u[(k * ny + j) * nx + i + 1] +
                                             u[(k * ny + j - 1) * nx + i] +
                                             u[(k * ny + j + 1) * nx + i] +
                                             u[((k - 1) * ny + j) * nx + i] +
                                             u[((k + 1) * ny + j) * nx + i] -
                                             6.0 * u[(k * ny + j) * nx + i];
}
