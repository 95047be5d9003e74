/* half_symmetric_product: C = S * B using only the lower triangle of S.
 * tunembed: family dense-products
 * tunembed: sizes n=480 m=320 lds=496 ldb=336 ldc=336
 */
void half_symmetric_product(int n, int m, int lds, int ldb, int ldc,
                            double *restrict S, double *restrict B,
                            double *restrict C)
{
    for (int j = 0; j < m; j++) {
        for (int i = 0; i < n; i++)
            C[i * ldc + j] = S[i * lds + i] * B[i * ldb + j];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < i; k++) {
                C[i * ldc + j] += S[i * lds + k] * B[k * ldb + j];
                C[k * ldc + j] += S[i * lds + k] * B[i * ldb + j];
            }
    }
}
