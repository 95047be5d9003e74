/* segment_sums: sums of consecutive segments of a table's rows.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes nseg=16000 n=300000 width=80
 */
void segment_sums(int nseg, int n, int width, const int start[nseg + 1],
                  const double x[n][width], double sum[nseg][width])
{
    for (int s = 0; s < nseg; s++)
        for (int j = 0; j < width; j++) {
            double acc = 0.0;
            for (int k = start[s]; k < start[s + 1]; k++)
                acc += x[k][j];
            sum[s][j] = acc;
        }
}
