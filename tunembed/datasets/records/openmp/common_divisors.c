/* common_divisors: greatest common divisors of all pairs.
 * tunembed: family data-dependent
 * tunembed: small n=63
 * tunembed: medium n=240
 * tunembed: large n=490
 */
void common_divisors(int n, int g[restrict n][n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            int a = i + 1, b = j + 1;
            while (b) {
                int t = a % b;
                a = b;
                b = t;
            }
            g[i][j] = a;
        }
}
