/* prefix_rows: running sums along every row.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=4000 cols=4000
 */
void prefix_rows(int rows, int cols, const double A[rows][cols],
                 double P[rows][cols])
{
    for (int i = 0; i < rows; i++) {
        double run = 0.0;
        for (int j = 0; j < cols; j++) {
            run += A[i][j];
            P[i][j] = run;
        }
    }
}
