/* softmax_rows: numerically safe softmax over the last axis.
 * tunembed: family neural
 * tunembed: sizes rows=4000 cols=1000 ldx=1008 ldy=1008
 */
#include <math.h>

void softmax_rows(int rows, int cols, int ldx, int ldy, const float *x,
                  float *y)
{
    for (int i = 0; i < rows; i++) {
        float top = x[i * ldx + 0];
        for (int j = 1; j < cols; j++)
            if (x[i * ldx + j] > top)
                top = x[i * ldx + j];
        float sum = 0.0f;
        for (int j = 0; j < cols; j++) {
            y[i * ldy + j] = expf(x[i * ldx + j] - top);
            sum += y[i * ldy + j];
        }
        for (int j = 0; j < cols; j++)
            y[i * ldy + j] /= sum;
    }
}
