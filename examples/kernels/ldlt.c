/* ldlt: A + n * I = L * D * L^T, D in the vector d and L unit lower.
 * tunembed: family dense-triangular
 * tunembed: sizes n=560
 */
void ldlt(int n, const double A[n][n], double L[n][n], double d[n],
          double v[n])
{
    for (int j = 0; j < n; j++) {
        for (int k = 0; k < j; k++)
            v[k] = L[j][k] * d[k];
        d[j] = A[j][j] + n;
        for (int k = 0; k < j; k++)
            d[j] -= L[j][k] * v[k];
        L[j][j] = 1.0;
        for (int i = j + 1; i < n; i++) {
            double s = A[i][j];
            for (int k = 0; k < j; k++)
                s -= L[i][k] * v[k];
            L[i][j] = s / d[j];
        }
    }
}
