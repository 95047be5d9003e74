/* symmetric_part: S = (A + A^T) / 2.
 * tunembed: family layouts
 * tunembed: sizes n=3400
 */
void symmetric_part(int n, const double A[n][n], double S[n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            S[i][j] = 0.5 * (A[i][j] + A[j][i]);
}
