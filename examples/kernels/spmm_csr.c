/* spmm_csr: C = A * B with A in compressed sparse rows, B and C dense.
 * tunembed: family sparse
 * tunembed: sizes n=20000 m=20000 nnz=600000 width=128
 */
void spmm_csr(int n, int m, int nnz, int width, const int rowptr[n + 1],
              const int col[nnz], const double val[nnz],
              const double B[m][width], double C[n][width])
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < width; j++)
            C[i][j] = 0.0;
        for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
            for (int j = 0; j < width; j++)
                C[i][j] += val[k] * B[col[k]][j];
    }
}
