/* residual_norm: r = b - A x and its squared norm.
 * tunembed: family matrix-vector
 * tunembed: sizes m=4500 n=4700 lda=4704
 */
void residual_norm(int m, int n, int lda, const double *A, const double *b,
                   const double *x, double *r, double *norm)
{
    norm[0] = 0.0;
    for (int i = 0; i < m; i++) {
        r[i] = b[i];
        for (int j = 0; j < n; j++)
            r[i] -= A[i * lda + j] * x[j];
        norm[0] += r[i] * r[i];
    }
}
