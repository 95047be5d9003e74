/* upper_times_dense: C = U * B for an upper triangle U.
 * tunembed: family dense-triangular
 * tunembed: sizes n=520 m=500 ldu=528 ldb=512 ldc=512
 */
void upper_times_dense(int n, int m, int ldu, int ldb, int ldc,
                       const float *restrict U, const float *restrict B,
                       float *restrict C)
{
    for (int j = 0; j < m; j++)
        for (int i = 0; i < n; i++) {
            float s = 0.0f;
            for (int k = i; k < n; k++)
                s += U[i * ldu + k] * B[k * ldb + j];
            C[i * ldc + j] = s;
        }
}
