/* spmv_csr: y = A * x with A in compressed sparse rows.
 * tunembed: family sparse
 * tunembed: sizes n=400000 m=400000 nnz=12000000
 */
void spmv_csr(int n, int m, int nnz, const int rowptr[n + 1],
              const int col[nnz], const double val[nnz], const double x[m],
              double y[n])
{
    for (int i = 0; i < n; i++) {
        double s = 0.0;
        for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
            s += val[k] * x[col[k]];
        y[i] = s;
    }
}
