/* symmetric_part: S = (A + A^T) / 2.
 * tunembed: family layouts
 * tunembed: sizes n=3400 lda=3408 lds=3408
 */
void symmetric_part(int n, int lda, int lds, const double *restrict A,
                    double *restrict S)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            S[i * lds + j] = 0.5 * (A[i * lda + j] + A[j * lda + i]);
}
