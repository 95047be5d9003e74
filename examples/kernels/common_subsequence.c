/* common_subsequence: table of longest common subsequence lengths.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=5000 m=5400
 */
void common_subsequence(int n, int m, const int a[restrict n],
                        const int b[restrict m], int len[restrict n + 1][m + 1])
{
    for (int i = 0; i <= n; i++)
        len[i][0] = 0;
    for (int j = 0; j <= m; j++)
        len[0][j] = 0;
    for (int i = 1; i <= n; i++)
        for (int j = 1; j <= m; j++) {
            int best =
                len[i - 1][j] > len[i][j - 1] ? len[i - 1][j] : len[i][j - 1];
            if (a[i - 1] == b[j - 1] && len[i - 1][j - 1] + 1 > best)
                best = len[i - 1][j - 1] + 1;
            len[i][j] = best;
        }
}
