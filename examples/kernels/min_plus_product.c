/* min_plus_product: shortest connections with exactly one stop between.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=380 m=360 k=400 lda=416 ldb=368 ldc=368
 */
void min_plus_product(int n, int m, int k, int lda, int ldb, int ldc,
                      const float *restrict A, const float *restrict B,
                      float *restrict C)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            float best = 1e30f;
            for (int l = 0; l < k; l++)
                if (A[i * lda + l] + B[l * ldb + j] < best)
                    best = A[i * lda + l] + B[l * ldb + j];
            C[i * ldc + j] = best;
        }
}
