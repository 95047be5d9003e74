/* kronecker: K = A (x) B, the blocks of K are multiples of B.
 * tunembed: family dense-products
 * tunembed: sizes m=64 n=72 p=70 q=80
 */
void kronecker(int m, int n, int p, int q, double A[m][n], double B[p][q],
               double K[m * p][n * q])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            for (int r = 0; r < p; r++)
                for (int s = 0; s < q; s++)
                    K[i * p + r][j * q + s] = A[i][j] * B[r][s];
}
