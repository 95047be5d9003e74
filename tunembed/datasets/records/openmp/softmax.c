/* softmax: every row through an exponential, to sum one.
 * tunembed: family dense-rows
 * tunembed: small rows=240 cols=64
 * tunembed: medium rows=4900 cols=64
 * tunembed: large rows=25000 cols=64
 */
#include <math.h>

void softmax(int rows, int cols, const float x[restrict rows][cols],
             float y[restrict rows][cols])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < rows; i++) {
        float s = 0.0f;
        for (int j = 0; j < cols; j++)
            s += y[i][j] = expf(x[i][j]);
        for (int j = 0; j < cols; j++)
            y[i][j] /= s;
    }
}
