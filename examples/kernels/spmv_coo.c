/* spmv_coo: y += A * x from unsorted coordinate triples.
 * tunembed: family sparse
 * tunembed: sizes n=200000 m=200000 nnz=8000000
 */
void spmv_coo(int n, int m, int nnz, const int row[nnz], const int col[nnz],
              const double val[nnz], const double x[m], double y[n])
{
    for (int k = 0; k < nnz; k++)
        y[row[k]] += val[k] * x[col[k]];
}
