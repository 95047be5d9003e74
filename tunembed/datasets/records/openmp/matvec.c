/* matvec: a dense matrix times a vector.
 * tunembed: family dense-rows
 * tunembed: small n=230
 * tunembed: medium n=980
 * tunembed: large n=1800
 */
void matvec(int n, const double a[restrict n][n], const double x[restrict n],
            double y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double s = 0.0;
        for (int j = 0; j < n; j++)
            s += a[i][j] * x[j];
        y[i] = s;
    }
}
