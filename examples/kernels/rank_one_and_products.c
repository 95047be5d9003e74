/* rank_one_and_products: A += u v^T, then y = A x and z = A^T y.
 * tunembed: family matrix-vector
 * tunembed: sizes m=3000 n=3200
 */
void rank_one_and_products(int m, int n, double A[restrict m][n],
                           double u[restrict m], double v[restrict n],
                           double x[restrict n], double y[restrict m],
                           double z[restrict n])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            A[i][j] += u[i] * v[j];
    for (int i = 0; i < m; i++) {
        y[i] = 0.0;
        for (int j = 0; j < n; j++)
            y[i] += A[i][j] * x[j];
    }
    for (int j = 0; j < n; j++)
        z[j] = 0.0;
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            z[j] += A[i][j] * y[i];
}
