/* power_iteration: repeated products and normalisations, in float.
 * tunembed: family matrix-vector
 * tunembed: sizes n=1500 iters=12 lda=1504
 */
#include <math.h>

void power_iteration(int n, int iters, int lda, const float *A, float *x,
                     float *y)
{
    for (int t = 0; t < iters; t++) {
        float norm = 1e-20f;
        for (int i = 0; i < n; i++) {
            y[i] = 0.0f;
            for (int j = 0; j < n; j++)
                y[i] += A[j * lda + i] * x[j];
        }
        for (int i = 0; i < n; i++)
            norm += y[i] * y[i];
        for (int i = 0; i < n; i++)
            x[i] = y[i] / sqrtf(norm);
    }
}
