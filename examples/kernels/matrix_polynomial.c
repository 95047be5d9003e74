/* matrix_polynomial: Q = c0 * I + c1 * A + c2 * A^2.
 * tunembed: family dense-products
 * tunembed: sizes n=420
 */
void matrix_polynomial(int n, double c0, double c1, double c2,
                       double A[restrict n][n], double Q[restrict n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double square = 0.0;
            for (int k = 0; k < n; k++)
                square += A[i][k] * A[k][j];
            Q[i][j] = c1 * A[i][j] + c2 * square;
        }
    for (int i = 0; i < n; i++)
        Q[i][i] += c0;
}
