/* congruence: P = V^T * S * V through an intermediate product.
 * tunembed: family dense-products
 * tunembed: sizes n=380 m=240
 */
void congruence(int n, int m, double S[n][n], double V[n][m], double T[n][m],
                double P[m][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            T[i][j] = 0.0;
            for (int k = 0; k < n; k++)
                T[i][j] += S[i][k] * V[k][j];
        }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            P[i][j] = 0.0;
            for (int k = 0; k < n; k++)
                P[i][j] += V[k][i] * T[k][j];
        }
}
