/* strided_sum: sums down the columns of a row-major matrix.
 * tunembed: family strided
 * tunembed: small rows=350 cols=350
 * tunembed: medium rows=1100 cols=1100
 * tunembed: large rows=1900 cols=1900
 */
void strided_sum(int rows, int cols, const double a[restrict rows][cols],
                 double sum[restrict cols])
{
#pragma omp parallel for schedule(runtime)
    for (int j = 0; j < cols; j++) {
        double s = 0.0;
        for (int i = 0; i < rows; i++)
            s += a[i][j];
        sum[j] = s;
    }
}
