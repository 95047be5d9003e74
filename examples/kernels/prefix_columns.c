/* prefix_columns: running sums down every column, behind plain pointers.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=1800 cols=2000
 */
void prefix_columns(int rows, int cols, const double *A, double *P)
{
    for (int j = 0; j < cols; j++) {
        P[j] = A[j];
        for (int i = 1; i < rows; i++)
            P[i * cols + j] = P[(i - 1) * cols + j] + A[i * cols + j];
    }
}
