/* spmm_coo: C += A * B from coordinate triples, one triple at a time.
 * tunembed: family sparse
 * tunembed: sizes n=6000 m=6000 nnz=160000 width=64
 */
void spmm_coo(int n, int m, int nnz, int width, const int row[restrict nnz],
              const int col[restrict nnz], const float val[restrict nnz],
              const float B[restrict m][width], float C[restrict n][width])
{
    for (int j = 0; j < width; j++)
        for (int k = 0; k < nnz; k++)
            C[row[k]][j] += val[k] * B[col[k]][j];
}
