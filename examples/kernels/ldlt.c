/* ldlt: A + n * I = L * D * L^T, D in the vector d and L unit lower.
 * tunembed: family dense-triangular
 * tunembed: sizes n=560 lda=576 ldl=576
 */
void ldlt(int n, int lda, int ldl, const double *A, double *L, double *d,
          double *v)
{
    for (int j = 0; j < n; j++) {
        for (int k = 0; k < j; k++)
            v[k] = L[j * ldl + k] * d[k];
        d[j] = A[j * lda + j] + n;
        for (int k = 0; k < j; k++)
            d[j] -= L[j * ldl + k] * v[k];
        L[j * ldl + j] = 1.0;
        for (int i = j + 1; i < n; i++) {
            double s = A[i * lda + j];
            for (int k = 0; k < j; k++)
                s -= L[i * ldl + k] * v[k];
            L[i * ldl + j] = s / d[j];
        }
    }
}
