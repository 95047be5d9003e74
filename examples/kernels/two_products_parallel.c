/* two_products_parallel: p = A x and q = B^T y, each with its own pragma.
 * tunembed: family matrix-vector
 * tunembed: sizes n=3200
 */
void two_products_parallel(int n, const double A[n][n], const double B[n][n],
                           const double x[n], const double y[n], double p[n],
                           double q[n])
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
