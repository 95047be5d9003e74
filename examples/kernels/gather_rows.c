/* gather_rows: collect and scale selected rows of a table.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes n=150000 nrow=60000 width=48
 */
void gather_rows(int n, int nrow, int width, const int idx[n],
                 const double scale[n], const double table[nrow][width],
                 double out[n][width])
{
    for (int j = 0; j < width; j++)
        for (int i = 0; i < n; i++)
            out[i][j] = scale[i] * table[idx[i]][j];
}
