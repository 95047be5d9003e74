/* spmv: a sparse matrix times a vector, rows of very different length.
 * tunembed: family sparse-rows
 * tunembed: small n=4200 nnz=50400
 * tunembed: medium n=47000 nnz=564000
 * tunembed: large n=170000 nnz=2040000
 * tunembed: fill start offsets:nnz
 * tunembed: fill column index:n
 */
void spmv(int n, int nnz, const int start[restrict n + 1],
          const int column[restrict nnz], const double value[restrict nnz],
          const double x[restrict n], double y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double s = 0.0;
        for (int k = start[i]; k < start[i + 1]; k++)
            s += value[k] * x[column[k]];
        y[i] = s;
    }
}
