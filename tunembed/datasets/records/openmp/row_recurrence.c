/* row_recurrence: a recurrence along each row, rows independent.
 * tunembed: family signal
 * tunembed: small rows=230 cols=200
 * tunembed: medium rows=4900 cols=200
 * tunembed: large rows=19000 cols=200
 */
void row_recurrence(int rows, int cols, const double a[restrict rows][cols],
                    double y[restrict rows][cols])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < rows; i++) {
        y[i][0] = a[i][0];
        for (int j = 1; j < cols; j++)
            y[i][j] = 0.9 * y[i][j - 1] + 0.1 * a[i][j];
    }
}
