/* row_prefix: sums over the lower triangle: row i has i terms.
 * tunembed: family triangle
 * tunembed: small n=230
 * tunembed: medium n=1100
 * tunembed: large n=2300
 */
void row_prefix(int n, const double a[restrict n][n], double s[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double t = 0.0;
        for (int j = 0; j <= i; j++)
            t += a[i][j] * a[i][j];
        s[i] = t;
    }
}
