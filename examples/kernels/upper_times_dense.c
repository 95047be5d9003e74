/* upper_times_dense: C = U * B for an upper triangle U.
 * tunembed: family dense-triangular
 * tunembed: sizes n=520 m=500
 */
void upper_times_dense(int n, int m, const float U[restrict n][n],
                       const float B[restrict n][m], float C[restrict n][m])
{
    for (int j = 0; j < m; j++)
        for (int i = 0; i < n; i++) {
            float s = 0.0f;
            for (int k = i; k < n; k++)
                s += U[i][k] * B[k][j];
            C[i][j] = s;
        }
}
