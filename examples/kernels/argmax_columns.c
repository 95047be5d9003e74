/* argmax_columns: value and row of the largest entry of every column.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=4000 cols=3000
 */
void argmax_columns(int rows, int cols, const float *A, float *best,
                    int where[cols])
{
    for (int j = 0; j < cols; j++) {
        best[j] = A[j];
        where[j] = 0;
        for (int i = 1; i < rows; i++)
            if (A[i * cols + j] > best[j]) {
                best[j] = A[i * cols + j];
                where[j] = i;
            }
    }
}
