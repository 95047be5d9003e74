/* ridge_gram_parallel: G = X * X^T + lambda * I, rows shared among threads.
 * tunembed: family dense-products
 * tunembed: sizes n=520 d=400
 */
void ridge_gram_parallel(int n, int d, double lambda,
                         const double X[restrict n][d], double G[restrict n][n])
{
#pragma omp parallel for
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double s = i == j ? lambda : 0.0;
            for (int k = 0; k < d; k++)
                s += X[i][k] * X[j][k];
            G[i][j] = s;
        }
}
