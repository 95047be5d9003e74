/* transpose_add: B = alpha * A^T + beta * B with leading dimensions.
 * tunembed: family layouts
 * tunembed: sizes n=3600 m=3700 lda=3712 ldb=3616
 */
void transpose_add(int n, int m, int lda, int ldb, float alpha, float beta,
                   const float *restrict A, float *restrict B)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            B[j * ldb + i] = alpha * A[i * lda + j] + beta * B[j * ldb + i];
}
