/* softmax_rows: numerically safe softmax over the last axis.
 * tunembed: family neural
 * tunembed: sizes rows=4000 cols=1000
 */
#include <math.h>

void softmax_rows(int rows, int cols, const float x[rows][cols],
                  float y[rows][cols])
{
    for (int i = 0; i < rows; i++) {
        float top = x[i][0];
        for (int j = 1; j < cols; j++)
            if (x[i][j] > top)
                top = x[i][j];
        float sum = 0.0f;
        for (int j = 0; j < cols; j++) {
            y[i][j] = expf(x[i][j] - top);
            sum += y[i][j];
        }
        for (int j = 0; j < cols; j++)
            y[i][j] /= sum;
    }
}
