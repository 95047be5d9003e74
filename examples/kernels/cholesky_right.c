/* cholesky_right: the same factor by trailing updates, in place, with stride.
 * tunembed: family dense-triangular
 * tunembed: sizes n=560 lda=576
 */
#include <math.h>

void cholesky_right(int n, int lda, double *A)
{
    for (int i = 0; i < n; i++)
        A[i * lda + i] += n;
    for (int k = 0; k < n; k++) {
        A[k * lda + k] = sqrt(fabs(A[k * lda + k]));
        for (int i = k + 1; i < n; i++)
            A[i * lda + k] /= A[k * lda + k];
        for (int j = k + 1; j < n; j++)
            for (int i = j; i < n; i++)
                A[i * lda + j] -= A[i * lda + k] * A[j * lda + k];
    }
}
