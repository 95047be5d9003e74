/* log_sum_exp: logarithm of the summed exponentials of every row.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=3000 cols=1500
 */
#include <math.h>

void log_sum_exp(int rows, int cols, const double x[rows][cols],
                 double out[rows])
{
    for (int i = 0; i < rows; i++) {
        double top = x[i][0];
        for (int j = 1; j < cols; j++)
            top = fmax(top, x[i][j]);
        double s = 0.0;
        for (int j = 0; j < cols; j++)
            s += exp(x[i][j] - top);
        out[i] = top + log(s);
    }
}
