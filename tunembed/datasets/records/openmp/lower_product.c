/* lower_product: a lower triangle times a matrix: later rows take longer.
 * tunembed: family dense-product
 * tunembed: small n=100
 * tunembed: medium n=280
 * tunembed: large n=480
 */
void lower_product(int n, const double a[restrict n][n],
                   const double b[restrict n][n], double c[restrict n][n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        for (int k = 0; k <= i; k++)
            for (int j = 0; j < n; j++)
                c[i][j] += a[i][k] * b[k][j];
}
