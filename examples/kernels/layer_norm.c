/* layer_norm: normalise every row to zero mean and unit variance.
 * tunembed: family neural
 * tunembed: sizes rows=16000 dim=768
 */
#include <math.h>

void layer_norm(int rows, int dim, const float *restrict x,
                const float *restrict gain, const float *restrict shift,
                float *restrict y)
{
    for (int r = 0; r < rows; r++) {
        float mean = 0.0f, var = 0.0f;
        for (int d = 0; d < dim; d++)
            mean += x[r * dim + d];
        mean /= dim;
        for (int d = 0; d < dim; d++)
            var += (x[r * dim + d] - mean) * (x[r * dim + d] - mean);
        var /= dim;
        for (int d = 0; d < dim; d++)
            y[r * dim + d] =
                gain[d] * (x[r * dim + d] - mean) / sqrtf(var + 1e-5f) +
                shift[d];
    }
}
