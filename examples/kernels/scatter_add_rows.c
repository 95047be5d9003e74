/* scatter_add_rows: add rows of updates to the table rows they name.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes n=120000 nrow=20000 width=64
 */
void scatter_add_rows(int n, int nrow, int width, int idx[n],
                      float update[n][width], float table[nrow][width])
{
    for (int j = 0; j < width; j++)
        for (int i = 0; i < n; i++)
            table[idx[i]][j] += update[i][j];
}
