/* gemm_tn: C += A^T * B, both operands read down their columns.
 * tunembed: family dense-products
 * tunembed: sizes m=450 n=500 p=400
 */
void gemm_tn(int m, int n, int p, double A[restrict p][m],
             double B[restrict p][n], double C[restrict m][n])
{
    int i, j, k;
    for (i = 0; i < m; i++)
        for (j = 0; j < n; j++)
            for (k = 0; k < p; k++)
                C[i][j] += A[k][i] * B[k][j];
}
