/* min_plus_product: shortest connections with exactly one stop between.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=380 m=360 k=400
 */
void min_plus_product(int n, int m, int k, const float A[n][k],
                      const float B[k][m], float C[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            float best = 1e30f;
            for (int l = 0; l < k; l++)
                if (A[i][l] + B[l][j] < best)
                    best = A[i][l] + B[l][j];
            C[i][j] = best;
        }
}
