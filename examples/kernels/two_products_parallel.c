/* two_products_parallel: p = A x and q = B^T y, each with its own pragma.
 * tunembed: family matrix-vector
 * tunembed: sizes n=3200
 */
void two_products_parallel(int n, const double A[restrict n][n],
                           const double B[restrict n][n],
                           const double x[restrict n],
                           const double y[restrict n], double p[restrict n],
                           double q[restrict n])
{
    int i, j;
#pragma omp parallel for private(j)
    for (i = 0; i < n; i++) {
        p[i] = 0.0;
        for (j = 0; j < n; j++)
            p[i] += A[i][j] * x[j];
    }
#pragma omp parallel for private(j)
    for (i = 0; i < n; i++) {
        q[i] = 0.0;
        for (j = 0; j < n; j++)
            q[i] += B[j][i] * y[j];
    }
}
