/* sddmm_csr: dense products sampled at the non-zeros of a sparse matrix.
 * tunembed: family sparse
 * tunembed: sizes n=6000 m=6000 nnz=240000 rank=128
 */
void sddmm_csr(int n, int m, int nnz, int rank, const int rowptr[n + 1],
               const int col[nnz], const double val[nnz],
               const double U[n][rank], const double V[m][rank],
               double out[nnz])
{
    for (int i = 0; i < n; i++)
        for (int k = rowptr[i]; k < rowptr[i + 1]; k++) {
            double dot = 0.0;
            for (int r = 0; r < rank; r++)
                dot += U[i][r] * V[col[k]][r];
            out[k] = val[k] * dot;
        }
}
