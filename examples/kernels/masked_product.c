/* masked_product: entries of A * B^T where a dense mask asks for them.
 * tunembed: family sparse
 * tunembed: sizes n=500 m=520 d=256
 */
void masked_product(int n, int m, int d, const int mask[n][m],
                    const double A[n][d], const double B[m][d], double C[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            C[i][j] = 0.0;
            if (mask[i][j] > 0)
                for (int k = 0; k < d; k++)
                    C[i][j] += A[i][k] * B[j][k];
        }
}
