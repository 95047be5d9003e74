/* jacobi_csr: a few damped Jacobi sweeps on a sparse system.
 * tunembed: family sparse
 * tunembed: sizes n=150000 nnz=2000000 sweeps=6
 */
void jacobi_csr(int n, int nnz, int sweeps, const int rowptr[n + 1],
                const int col[nnz], const double val[nnz], const double b[n],
                double x[n], double y[n])
{
    for (int t = 0; t < sweeps; t++) {
        for (int i = 0; i < n; i++) {
            double s = b[i];
            double scale = 1.0;
            for (int k = rowptr[i]; k < rowptr[i + 1]; k++) {
                s -= val[k] * x[col[k]];
                scale += val[k] * val[k];
            }
            y[i] = 0.5 * x[i] + 0.5 * s / (scale + rowptr[i + 1] - rowptr[i]);
        }
        for (int i = 0; i < n; i++)
            x[i] = y[i];
    }
}
