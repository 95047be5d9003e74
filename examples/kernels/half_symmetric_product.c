/* half_symmetric_product: C = S * B using only the lower triangle of S.
 * tunembed: family dense-products
 * tunembed: sizes n=480 m=320
 */
void half_symmetric_product(int n, int m, double S[n][n], double B[n][m],
                            double C[n][m])
{
    for (int j = 0; j < m; j++) {
        for (int i = 0; i < n; i++)
            C[i][j] = S[i][i] * B[i][j];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < i; k++) {
                C[i][j] += S[i][k] * B[k][j];
                C[k][j] += S[i][k] * B[i][j];
            }
    }
}
