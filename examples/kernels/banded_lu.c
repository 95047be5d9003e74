/* banded_lu: LU of a band matrix stored by diagonals, without pivoting.
 * tunembed: family dense-triangular
 * tunembed: sizes n=24000 b=64
 */
void banded_lu(int n, int b, double A[n][2 * b + 1])
{
    for (int i = 0; i < n; i++)
        A[i][b] += 2 * b + 1;
    for (int k = 0; k < n; k++) {
        for (int i = k + 1; i <= k + b && i < n; i++) {
            A[i][k - i + b] /= A[k][b];
            for (int j = k + 1; j <= k + b && j < n; j++)
                A[i][j - i + b] -= A[i][k - i + b] * A[k][j - k + b];
        }
    }
}
