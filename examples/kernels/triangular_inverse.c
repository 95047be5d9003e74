/* triangular_inverse: inverse of L + n * I for a lower triangle L.
 * tunembed: family dense-triangular
 * tunembed: sizes n=520
 */
void triangular_inverse(int n, const double L[restrict n][n],
                        double M[restrict n][n])
{
    for (int j = 0; j < n; j++) {
        M[j][j] = 1.0 / (L[j][j] + n);
        for (int i = 0; i < j; i++)
            M[i][j] = 0.0;
        for (int i = j + 1; i < n; i++) {
            double s = 0.0;
            for (int k = j; k < i; k++)
                s += L[i][k] * M[k][j];
            M[i][j] = -s / (L[i][i] + n);
        }
    }
}
