/* column_variance: two passes over every column, mean and then variance.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=3000 cols=2600
 */
void column_variance(int rows, int cols, const float A[rows][cols],
                     float mean[cols], float var[cols])
{
    for (int j = 0; j < cols; j++) {
        mean[j] = 0.0f;
        for (int i = 0; i < rows; i++)
            mean[j] += A[i][j];
        mean[j] /= rows;
        var[j] = 0.0f;
        for (int i = 0; i < rows; i++)
            var[j] += (A[i][j] - mean[j]) * (A[i][j] - mean[j]);
        var[j] /= rows;
    }
}
