/* normal_matvec: y = A^T * (A * x) + mu * x, two passes over the matrix.
 * tunembed: family matrix-vector
 * tunembed: sizes m=2800 n=2600 lda=2608
 */
void normal_matvec(int m, int n, int lda, double mu, const double *restrict A,
                   const double *restrict x, double *restrict t,
                   double *restrict y)
{
    for (int i = 0; i < m; i++) {
        t[i] = 0.0;
        for (int j = 0; j < n; j++)
            t[i] += A[i * lda + j] * x[j];
    }
    for (int j = 0; j < n; j++) {
        double s = mu * x[j];
        for (int i = 0; i < m; i++)
            s += A[i * lda + j] * t[i];
        y[j] = s;
    }
}
