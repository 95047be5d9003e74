/* small_matvecs: many small independent matrix-vector products.
 * tunembed: family matrix-vector
 * tunembed: sizes count=200000 n=12
 */
void small_matvecs(int count, int n, const double A[restrict count][n][n],
                   const double x[restrict count][n],
                   double y[restrict count][n])
{
    for (int i = 0; i < n; i++)
        for (int b = 0; b < count; b++) {
            y[b][i] = 0.0;
            for (int j = 0; j < n; j++)
                y[b][i] += A[b][i][j] * x[b][j];
        }
}
