/* transpose: B = A^T.
 * tunembed: family layouts
 * tunembed: sizes n=3000 m=3200
 */
void transpose(int n, int m, const double A[n][m], double B[m][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            B[j][i] = A[i][j];
}
