/* khatri_rao: column-wise Kronecker product of two factor matrices.
 * tunembed: family dense-products
 * tunembed: sizes ni=600 nj=500 rank=48
 */
void khatri_rao(int ni, int nj, int rank, double A[ni][rank],
                double B[nj][rank], double K[ni][nj][rank])
{
    for (int r = 0; r < rank; r++)
        for (int i = 0; i < ni; i++)
            for (int j = 0; j < nj; j++)
                K[i][j][r] = A[i][r] * B[j][r];
}
