/* symmetric_rank_two: lower triangle of A += x y^T + y x^T.
 * tunembed: family matrix-vector
 * tunembed: sizes n=5500
 */
void symmetric_rank_two(int n, double *A, const double *x, const double *y)
{
    for (int j = 0; j < n; j++)
        for (int i = j; i < n; i++)
            A[i * n + j] += x[i] * y[j] + y[i] * x[j];
}
