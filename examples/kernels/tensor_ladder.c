/* tensor_ladder: contract two index pairs of two 4-way tensors.
 * tunembed: family dense-products
 * tunembed: sizes nv=20 no=16
 */
void tensor_ladder(int nv, int no, double V[nv][nv][nv][nv],
                   double T[nv][nv][no][no], double R[nv][nv][no][no])
{
    int a, b, c, d, i, j;
    for (a = 0; a < nv; a++)
        for (b = 0; b < nv; b++)
            for (i = 0; i < no; i++)
                for (j = 0; j < no; j++) {
                    R[a][b][i][j] = 0.0;
                    for (c = 0; c < nv; c++)
                        for (d = 0; d < nv; d++)
                            R[a][b][i][j] += V[a][b][c][d] * T[c][d][i][j];
                }
}
