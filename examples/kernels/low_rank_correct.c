/* low_rank_correct: A -= U * V^T for a thin U and V.
 * tunembed: family dense-products
 * tunembed: sizes m=1400 n=1300 rank=24
 */
void low_rank_correct(int m, int n, int rank, double *A, const double *U,
                      const double *V)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            for (int r = 0; r < rank; r++)
                A[i * n + j] -= U[i * rank + r] * V[j * rank + r];
}
