/* product_chain: E = (A * B) * (C * D), three nests one after the other.
 * tunembed: family dense-products
 * tunembed: sizes n=240 m=220 p=260
 */
void product_chain(int n, int m, int p, float A[n][m], float B[m][p],
                   float C[p][m], float D[m][n], float AB[n][p], float CD[p][n],
                   float E[n][n])
{
    int i, j, k;
    for (j = 0; j < p; j++)
        for (i = 0; i < n; i++) {
            AB[i][j] = 0.0f;
            for (k = 0; k < m; k++)
                AB[i][j] += A[i][k] * B[k][j];
        }
    for (i = 0; i < p; i++)
        for (j = 0; j < n; j++) {
            CD[i][j] = 0.0f;
            for (k = 0; k < m; k++)
                CD[i][j] += C[i][k] * D[k][j];
        }
    for (i = 0; i < n; i++)
        for (j = 0; j < n; j++)
            E[i][j] = 0.0f;
    for (k = 0; k < p; k++)
        for (j = 0; j < n; j++)
            for (i = 0; i < n; i++)
                E[i][j] += AB[i][k] * CD[k][j];
}
