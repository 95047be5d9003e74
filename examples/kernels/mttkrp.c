/* mttkrp: matricised tensor times Khatri-Rao product, first mode.
 * tunembed: family dense-products
 * tunembed: sizes ni=120 nj=130 nk=140 rank=32
 */
void mttkrp(int ni, int nj, int nk, int rank, double T[ni][nj][nk],
            double B[nj][rank], double C[nk][rank], double M[ni][rank])
{
    for (int i = 0; i < ni; i++)
        for (int r = 0; r < rank; r++) {
            double s = 0.0;
            for (int j = 0; j < nj; j++)
                for (int k = 0; k < nk; k++)
                    s += T[i][j][k] * B[j][r] * C[k][r];
            M[i][r] = s;
        }
}
