/* spmm_csc: C += A * B with A in compressed sparse columns.
 * tunembed: family sparse
 * tunembed: sizes n=6000 m=6000 nnz=180000 width=96
 */
void spmm_csc(int n, int m, int nnz, int width, int colptr[m + 1], int row[nnz],
              double val[nnz], double B[m][width], double C[n][width])
{
    for (int j = 0; j < width; j++)
        for (int c = 0; c < m; c++)
            for (int k = colptr[c]; k < colptr[c + 1]; k++)
                C[row[k]][j] += val[k] * B[c][j];
}
