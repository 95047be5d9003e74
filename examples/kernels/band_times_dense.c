/* band_times_dense: C = A * B where A is a band matrix stored by rows.
 * tunembed: family dense-products
 * tunembed: sizes n=1200 m=600 kb=32
 */
void band_times_dense(int n, int m, int kb, double A[n][2 * kb + 1],
                      double B[n][m], double C[n][m])
{
    for (int i = 0; i < n; i++) {
        int lo = i - kb > 0 ? i - kb : 0;
        int hi = i + kb < n - 1 ? i + kb : n - 1;
        for (int j = 0; j < m; j++) {
            double s = 0.0;
            for (int k = lo; k <= hi; k++)
                s += A[i][k - i + kb] * B[k][j];
            C[i][j] = s;
        }
    }
}
