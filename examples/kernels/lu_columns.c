/* lu_columns: LU factors of A + n * I, columns one after the other.
 * tunembed: family dense-triangular
 * tunembed: sizes n=420 lda=432
 */
void lu_columns(int n, int lda, double *A)
{
    for (int j = 0; j < n; j++) {
        A[j * lda + j] += n;
        for (int k = 0; k < j; k++)
            for (int i = k + 1; i < n; i++)
                A[i * lda + j] -= A[i * lda + k] * A[k * lda + j];
        for (int i = j + 1; i < n; i++)
            A[i * lda + j] /= A[j * lda + j];
    }
}
