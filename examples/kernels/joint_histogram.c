/* joint_histogram: co-occurrence counts of two label images.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes n=3000 m=3000 na=64 nb=64
 */
void joint_histogram(int n, int m, int na, int nb, const int a[n][m],
                     const int b[n][m], int joint[na][nb])
{
    for (int j = 0; j < m; j++)
        for (int i = 0; i < n; i++)
            joint[a[i][j]][b[i][j]] += 1;
}
