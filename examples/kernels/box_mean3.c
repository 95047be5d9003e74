/* box_mean3: mean over 3 by 3 by 3 cells as three sweeps over flat arrays.
 * tunembed: family stencils-3d
 * tunembed: sizes nz=220 ny=230 nx=240
 */
void box_mean3(int nz, int ny, int nx, const float *in, float *a, float *b,
               float *out)
{
    for (int k = 0; k < nz; k++)
        for (int j = 0; j < ny; j++)
            for (int i = 1; i < nx - 1; i++)
                a[(k * ny + j) * nx + i] =
                    (in[(k * ny + j) * nx + i - 1] + in[(k * ny + j) * nx + i] +
                     in[(k * ny + j) * nx + i + 1]) /
                    3.0f;
    for (int k = 0; k < nz; k++)
        for (int i = 0; i < nx; i++)
            for (int j = 1; j < ny - 1; j++)
                b[(k * ny + j) * nx + i] =
                    (a[(k * ny + j - 1) * nx + i] + a[(k * ny + j) * nx + i] +
                     a[(k * ny + j + 1) * nx + i]) /
                    3.0f;
    for (int j = 0; j < ny; j++)
        for (int i = 0; i < nx; i++)
            for (int k = 1; k < nz - 1; k++)
                out[(k * ny + j) * nx + i] =
                    (b[((k - 1) * ny + j) * nx + i] + b[(k * ny + j) * nx + i] +
                     b[((k + 1) * ny + j) * nx + i]) /
                    3.0f;
}
