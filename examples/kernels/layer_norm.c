/* layer_norm: normalise every row to zero mean and unit variance.
 * tunembed: family neural
 * tunembed: sizes rows=16000 dim=768
 */
#include <math.h>

void layer_norm(int rows, int dim, const float x[rows][dim],
                const float gain[dim], const float shift[dim],
                float y[rows][dim])
{
    for (int r = 0; r < rows; r++) {
        float mean = 0.0f, var = 0.0f;
        for (int d = 0; d < dim; d++)
            mean += x[r][d];
        mean /= dim;
        for (int d = 0; d < dim; d++)
            var += (x[r][d] - mean) * (x[r][d] - mean);
        var /= dim;
        for (int d = 0; d < dim; d++)
            y[r][d] = gain[d] * (x[r][d] - mean) / sqrtf(var + 1e-5f) + shift[d];
    }
}
