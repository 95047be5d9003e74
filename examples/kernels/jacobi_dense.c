/* jacobi_dense: sweeps of Jacobi's method on the dense system A + n * I.
 * tunembed: family matrix-vector
 * tunembed: sizes n=1600 sweeps=10 lda=1616
 */
void jacobi_dense(int n, int sweeps, int lda, const double *A, const double *b,
                  double *x, double *xnew)
{
    for (int t = 0; t < sweeps; t++) {
        for (int i = 0; i < n; i++) {
            double s = b[i];
            for (int j = 0; j < n; j++)
                if (j != i)
                    s -= A[i * lda + j] * x[j];
            xnew[i] = s / (A[i * lda + i] + n);
        }
        for (int i = 0; i < n; i++)
            x[i] = xnew[i];
    }
}
