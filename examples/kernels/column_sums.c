/* column_sums: sum of every column, one column after the other.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=4000 cols=3500 lda=3504
 */
void column_sums(int rows, int cols, int lda, const double *A, double *sum)
{
    for (int j = 0; j < cols; j++) {
        double s = 0.0;
        for (int i = 0; i < rows; i++)
            s += A[i * lda + j];
        sum[j] = s;
    }
}
