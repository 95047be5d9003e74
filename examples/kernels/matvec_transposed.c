/* matvec_transposed: y = alpha * A^T x + y, walking down the columns.
 * tunembed: family matrix-vector
 * tunembed: sizes m=3000 n=2800 lda=2816
 */
void matvec_transposed(int m, int n, int lda, float alpha, const float *A,
                       const float *x, float *y)
{
    for (int j = 0; j < n; j++) {
        float s = 0.0f;
        for (int i = 0; i < m; i++)
            s += A[i * lda + j] * x[i];
        y[j] += alpha * s;
    }
}
