/* gemm_int8: quantised product with 8 bit operands and 32 bit sums.
 * tunembed: family dense-products
 * tunembed: sizes m=1000 n=900 k=800
 */
void gemm_int8(int m, int n, int k, const char A[m][k], const char B[n][k],
               int C[m][n])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            int acc = 0;
            for (int l = 0; l < k; l++)
                acc += A[i][l] * B[j][l];
            C[i][j] = acc;
        }
}
