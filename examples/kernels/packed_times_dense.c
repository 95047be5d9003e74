/* packed_times_dense: C = L * B with L a packed lower triangle.
 * tunembed: family dense-products
 * tunembed: sizes n=480 m=360
 */
void packed_times_dense(int n, int m, const double L[n * (n + 1) / 2],
                        const double B[n][m], double C[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            double s = 0.0;
            for (int k = 0; k <= i; k++)
                s += L[i * (i + 1) / 2 + k] * B[k][j];
            C[i][j] = s;
        }
}
