/* banded_ldlt: LDL^T of a symmetric band, lower part stored by rows.
 * tunembed: family dense-triangular
 * tunembed: sizes n=16000 b=96
 */
void banded_ldlt(int n, int b, double A[n][b + 1])
{
    for (int j = 0; j < n; j++) {
        A[j][b] += 2 * b;
        for (int i = j + 1; i <= j + b && i < n; i++) {
            double f = A[i][j - i + b] / A[j][b];
            for (int k = j + 1; k <= i; k++)
                A[i][k - i + b] -= f * A[k][j - k + b];
        }
        for (int i = j + 1; i <= j + b && i < n; i++)
            A[i][j - i + b] /= A[j][b];
    }
}
