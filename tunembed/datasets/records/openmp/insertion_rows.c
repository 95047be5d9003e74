/* insertion_rows: short rows sorted by insertion.
 * tunembed: family data-dependent
 * tunembed: small rows=420 cols=24
 * tunembed: medium rows=3300 cols=24
 * tunembed: large rows=9800 cols=24
 */
void insertion_rows(int rows, int cols, double a[restrict rows][cols])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < rows; i++)
        for (int j = 1; j < cols; j++) {
            double v = a[i][j];
            int k = j;
            for (; k > 0 && a[i][k - 1] > v; k--)
                a[i][k] = a[i][k - 1];
            a[i][k] = v;
        }
}
