/* gram_lower: the lower triangle of X X^T.
 * tunembed: family dense-product
 * tunembed: small n=67 m=64
 * tunembed: medium n=280 m=64
 * tunembed: large n=610 m=64
 */
void gram_lower(int n, int m, const float x[restrict n][m], float g[restrict n][n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            float s = 0.0f;
            for (int k = 0; k < m; k++)
                s += x[i][k] * x[j][k];
            g[i][j] = s;
        }
}
