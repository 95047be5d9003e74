/* transpose_square: exchange a square matrix with its transpose, in place.
 * tunembed: family layouts
 * tunembed: sizes n=3300
 */
void transpose_square(int n, double A[n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            double t = A[i][j];
            A[i][j] = A[j][i];
            A[j][i] = t;
        }
}
