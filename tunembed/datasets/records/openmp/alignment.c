/* alignment: alignment of two words by anti-diagonals.
 * tunembed: family many-regions
 * tunembed: small n=51
 * tunembed: medium n=230
 * tunembed: large n=530
 */
void alignment(int n, const int a[restrict n], const int b[restrict n],
               int d[restrict n + 1][n + 1])
{
    for (int i = 0; i <= n; i++)
        d[i][0] = d[0][i] = i;
    for (int s = 2; s <= 2 * n; s++) {
        int first = s > n ? s - n : 1, last = s > n ? n : s - 1;
#pragma omp parallel for schedule(runtime)
        for (int i = first; i <= last; i++) {
            int j = s - i, skip = d[i - 1][j] < d[i][j - 1] ? d[i - 1][j] : d[i][j - 1];
            int swap = d[i - 1][j - 1] + (a[i - 1] % 4 != b[j - 1] % 4);
            d[i][j] = swap < skip + 1 ? swap : skip + 1;
        }
    }
}
