/* gemm: C = alpha * A * B + beta * C.
 * tunembed: family dense-products
 * tunembed: sizes ni=500 nj=550 nk=600
 */
void gemm(int ni, int nj, int nk, double alpha, double beta,
          const double A[ni][nk], const double B[nk][nj], double C[ni][nj])
{
    for (int i = 0; i < ni; i++) {
        for (int j = 0; j < nj; j++) {
            double sum = 0.0;
            for (int k = 0; k < nk; k++)
                sum += A[i][k] * B[k][j];
            C[i][j] = alpha * sum + beta * C[i][j];
        }
    }
}
