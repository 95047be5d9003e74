/* to_blocks: rearrange a matrix into contiguous 32 by 32 blocks.
 * tunembed: family layouts
 * tunembed: sizes nb=80 mb=84
 */
void to_blocks(int nb, int mb, const double A[32 * nb][32 * mb],
               double B[nb][mb][32][32])
{
    for (int j = 0; j < 32; j++)
        for (int i = 0; i < 32; i++)
            for (int bj = 0; bj < mb; bj++)
                for (int bi = 0; bi < nb; bi++)
                    B[bi][bj][i][j] = A[32 * bi + i][32 * bj + j];
}
