/* spmm_bsr: C = A * B with A stored as dense 4 by 4 blocks.
 * tunembed: family sparse
 * tunembed: sizes nb=5000 mb=5000 nnzb=100000 width=64
 */
void spmm_bsr(int nb, int mb, int nnzb, int width, const int rowptr[nb + 1],
              const int col[nnzb], const double val[nnzb][4][4],
              const double B[mb][4][width], double C[nb][4][width])
{
    for (int i = 0; i < nb; i++) {
        for (int r = 0; r < 4; r++)
            for (int j = 0; j < width; j++)
                C[i][r][j] = 0.0;
        for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
            for (int r = 0; r < 4; r++)
                for (int j = 0; j < width; j++)
                    for (int c = 0; c < 4; c++)
                        C[i][r][j] += val[k][r][c] * B[col[k]][c][j];
    }
}
