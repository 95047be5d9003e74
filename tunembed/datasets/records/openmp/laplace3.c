/* laplace3: a seven-point stencil in a cube.
 * tunembed: family stencil
 * tunembed: small n=51
 * tunembed: medium n=130
 * tunembed: large n=210
 */
void laplace3(int n, const float a[restrict n][n][n], float b[restrict n][n][n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            for (int k = 1; k < n - 1; k++)
                b[i][j][k] = a[i - 1][j][k] + a[i + 1][j][k] + a[i][j - 1][k] +
                             a[i][j + 1][k] + a[i][j][k - 1] + a[i][j][k + 1] -
                             6.0f * a[i][j][k];
}
