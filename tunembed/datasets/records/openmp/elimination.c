/* elimination: Gaussian elimination: regions that shrink.
 * tunembed: family many-regions
 * tunembed: small n=53
 * tunembed: medium n=210
 * tunembed: large n=440
 */
void elimination(int n, double a[restrict n][n])
{
    for (int i = 0; i < n; i++)
        a[i][i] += n;
    for (int k = 0; k < n; k++) {
#pragma omp parallel for schedule(runtime)
        for (int i = k + 1; i < n; i++) {
            double r = a[i][k] / a[k][k];
            for (int j = k; j < n; j++)
                a[i][j] -= r * a[k][j];
        }
    }
}
