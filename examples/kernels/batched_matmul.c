/* batched_matmul: one product per batch entry, C[b] = A[b] * B[b].
 * tunembed: family dense-products
 * tunembed: sizes nb=48 m=128 n=144 k=112
 */
void batched_matmul(int nb, int m, int n, int k, const float *A, const float *B,
                    float *C)
{
    for (int b = 0; b < nb; b++)
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++) {
                C[(b * m + i) * n + j] = 0.0f;
                for (int l = 0; l < k; l++)
                    C[(b * m + i) * n + j] +=
                        A[(b * m + i) * k + l] * B[(b * k + l) * n + j];
            }
}
