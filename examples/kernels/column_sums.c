/* column_sums: sum of every column, one column after the other.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=4000 cols=3500
 */
void column_sums(int rows, int cols, const double A[rows][cols],
                 double sum[cols])
{
    for (int j = 0; j < cols; j++) {
        double s = 0.0;
        for (int i = 0; i < rows; i++)
            s += A[i][j];
        sum[j] = s;
    }
}
