/* row_norms: Euclidean norm and largest magnitude of every row.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=5000 cols=4000 lda=4016
 */
#include <math.h>

void row_norms(int rows, int cols, int lda, const double *restrict A,
               double *restrict norm, double *restrict peak)
{
    for (int i = 0; i < rows; i++) {
        double s = 0.0;
        for (int j = 0; j < cols; j++)
            s += A[i * lda + j] * A[i * lda + j];
        norm[i] = sqrt(s);
        double m = 0.0;
        for (int j = 0; j < cols; j++)
            m = fmax(m, fabs(A[i * lda + j]));
        peak[i] = m;
    }
}
