/* triangle_product: C = L * U for a lower and an upper triangle.
 * tunembed: family dense-triangular
 * tunembed: sizes n=560
 */
void triangle_product(int n, double L[n][n], double U[n][n], double C[n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            C[i][j] = 0.0;
            for (int k = 0; k <= i && k <= j; k++)
                C[i][j] += L[i][k] * U[k][j];
        }
}
