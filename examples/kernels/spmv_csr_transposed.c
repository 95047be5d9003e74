/* spmv_csr_transposed: y = A^T * x, scattering every row of A.
 * tunembed: family sparse
 * tunembed: sizes n=300000 m=250000 nnz=14000000
 */
void spmv_csr_transposed(int n, int m, int nnz,
                         const int rowptr[restrict n + 1],
                         const int col[restrict nnz],
                         const double val[restrict nnz],
                         const double x[restrict n], double y[restrict m])
{
    for (int j = 0; j < m; j++)
        y[j] = 0.0;
    for (int i = 0; i < n; i++)
        for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
            y[col[k]] += val[k] * x[i];
}
