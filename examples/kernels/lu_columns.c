/* lu_columns: LU factors of A + n * I, columns one after the other.
 * tunembed: family dense-triangular
 * tunembed: sizes n=420
 */
void lu_columns(int n, double A[n][n])
{
    for (int j = 0; j < n; j++) {
        A[j][j] += n;
        for (int k = 0; k < j; k++)
            for (int i = k + 1; i < n; i++)
                A[i][j] -= A[i][k] * A[k][j];
        for (int i = j + 1; i < n; i++)
            A[i][j] /= A[j][j];
    }
}
