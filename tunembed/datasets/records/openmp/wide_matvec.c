/* wide_matvec: seven very long rows times a vector.
 * tunembed: family dense-rows
 * tunembed: small n=6000
 * tunembed: medium n=120000
 * tunembed: large n=600000
 */
void wide_matvec(int n, const double a[restrict 7][n], const double x[restrict n],
                 double y[restrict 7])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < 7; i++) {
        double s = 0.0;
        for (int j = 0; j < n; j++)
            s += a[i][j] * x[j];
        y[i] = s;
    }
}
