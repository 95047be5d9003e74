/* matmul_lda: C = A * B with leading dimensions, columns of C outermost.
 * tunembed: family dense-products
 * tunembed: sizes m=320 n=300 k=340 lda=352 ldb=320 ldc=304
 */
void matmul_lda(int m, int n, int k, int lda, int ldb, int ldc,
                const double *restrict A, const double *restrict B,
                double *restrict C)
{
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++)
            C[i * ldc + j] = 0.0;
        for (int l = 0; l < k; l++)
            for (int i = 0; i < m; i++)
                C[i * ldc + j] += A[i * lda + l] * B[l * ldb + j];
    }
}
