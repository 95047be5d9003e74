/* jacobi: one sweep of a five-point stencil.
 * tunembed: family stencil
 * tunembed: small n=250
 * tunembed: medium n=1000
 * tunembed: large n=2000
 */
void jacobi(int n, const double a[restrict n][n], double b[restrict n][n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            b[i][j] = 0.2 * (a[i][j] + a[i - 1][j] + a[i + 1][j] + a[i][j - 1] +
                             a[i][j + 1]);
}
