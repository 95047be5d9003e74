/* upper_times_in_place: X = U * X, ones on the diagonal of a triangle.
 * tunembed: family dense-triangular
 * tunembed: sizes n=640 m=600
 */
void upper_times_in_place(int n, int m, const double U[n][n], double X[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            for (int k = i + 1; k < n; k++)
                X[i][j] += U[i][k] * X[k][j];
}
