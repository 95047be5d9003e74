/* tiled_layout_matmul: C += A * B, all three stored as 16 by 16 blocks.
 * tunembed: family dense-products
 * tunembed: sizes mb=36 nb=34 kb=32
 */
void tiled_layout_matmul(int mb, int nb, int kb, double A[mb][kb][16][16],
                         double B[kb][nb][16][16], double C[mb][nb][16][16])
{
    for (int bi = 0; bi < mb; bi++)
        for (int bj = 0; bj < nb; bj++)
            for (int bk = 0; bk < kb; bk++)
                for (int i = 0; i < 16; i++)
                    for (int j = 0; j < 16; j++)
                        for (int k = 0; k < 16; k++)
                            C[bi][bj][i][j] +=
                                A[bi][bk][i][k] * B[bk][bj][k][j];
}
