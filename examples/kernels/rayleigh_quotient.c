/* rayleigh_quotient: x^T A x and x^T x, and their ratio.
 * tunembed: family matrix-vector
 * tunembed: sizes n=5000 lda=5008
 */
void rayleigh_quotient(int n, int lda, const double *A, const double *x,
                       double *out)
{
    out[0] = 0.0;
    out[1] = 0.0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            out[0] += x[i] * A[i * lda + j] * x[j];
    for (int i = 0; i < n; i++)
        out[1] += x[i] * x[i];
    out[2] = out[0] / (out[1] + 1e-30);
}
