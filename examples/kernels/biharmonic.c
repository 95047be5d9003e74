/* biharmonic: thirteen point operator of a bending plate.
 * tunembed: family stencils-1d2d
 * tunembed: sizes n=4200 m=4400
 */
void biharmonic(int n, int m, double *w, double *load)
{
    int i, j;
    for (i = 2; i < n - 2; i++)
        for (j = 2; j < m - 2; j++)
            load[i * m + j] =
                20.0 * w[i * m + j] -
                8.0 * (w[(i + 1) * m + j] + w[(i - 1) * m + j] +
                       w[i * m + j + 1] + w[i * m + j - 1]) +
                2.0 * (w[(i + 1) * m + j + 1] + w[(i + 1) * m + j - 1] +
                       w[(i - 1) * m + j + 1] + w[(i - 1) * m + j - 1]) +
                w[(i + 2) * m + j] + w[(i - 2) * m + j] + w[i * m + j + 2] +
                w[i * m + j - 2];
}
