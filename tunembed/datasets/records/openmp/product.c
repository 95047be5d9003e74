/* product: the product of two matrices, row by row.
 * tunembed: family dense-product
 * tunembed: small n=76
 * tunembed: medium n=205
 * tunembed: large n=350
 */
void product(int n, const double a[restrict n][n], const double b[restrict n][n],
             double c[restrict n][n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            for (int j = 0; j < n; j++)
                c[i][j] += a[i][k] * b[k][j];
}
