/* red_black: ten relaxations, odd and even points in turn.
 * tunembed: family many-regions
 * tunembed: small n=70
 * tunembed: medium n=330
 * tunembed: large n=740
 */
void red_black(int n, double a[restrict n][n])
{
    for (int t = 0; t < 20; t++) {
#pragma omp parallel for schedule(runtime)
        for (int i = 1; i < n - 1; i++)
            for (int j = 1 + (i + t) % 2; j < n - 1; j += 2)
                a[i][j] = 0.25 * (a[i - 1][j] + a[i + 1][j] + a[i][j - 1] +
                                  a[i][j + 1]);
    }
}
