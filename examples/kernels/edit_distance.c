/* edit_distance: Levenshtein distances of all prefixes, columns outermost.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=2200 m=2400
 */
void edit_distance(int n, int m, const char a[n], const char b[m],
                   int d[n + 1][m + 1])
{
    for (int i = 0; i <= n; i++)
        d[i][0] = i;
    for (int j = 0; j <= m; j++)
        d[0][j] = j;
    for (int j = 1; j <= m; j++)
        for (int i = 1; i <= n; i++) {
            int swap = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            int gap = d[i - 1][j] < d[i][j - 1] ? d[i - 1][j] : d[i][j - 1];
            d[i][j] = swap < gap + 1 ? swap : gap + 1;
        }
}
