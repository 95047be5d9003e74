/* column_histograms: one histogram for each column of a table of bins.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes rows=6000 cols=1500 nbins=64
 */
void column_histograms(int rows, int cols, int nbins, int bin[rows][cols],
                       int hist[cols][nbins])
{
    for (int c = 0; c < cols; c++) {
        for (int b = 0; b < nbins; b++)
            hist[c][b] = 0;
        for (int r = 0; r < rows; r++)
            hist[c][bin[r][c]]++;
    }
}
