/* time_warping: dynamic time warping cost between two sequences of vectors.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=1400 m=1500 dim=16
 */
#include <math.h>

void time_warping(int n, int m, int dim, const double x[restrict n][dim],
                  const double y[restrict m][dim], double local[restrict n][m],
                  double total[restrict n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            local[i][j] = 0.0;
            for (int d = 0; d < dim; d++)
                local[i][j] += fabs(x[i][d] - y[j][d]);
        }
    total[0][0] = local[0][0];
    for (int i = 1; i < n; i++)
        total[i][0] = total[i - 1][0] + local[i][0];
    for (int j = 1; j < m; j++)
        total[0][j] = total[0][j - 1] + local[0][j];
    for (int i = 1; i < n; i++)
        for (int j = 1; j < m; j++)
            total[i][j] =
                local[i][j] + fmin(total[i - 1][j - 1],
                                   fmin(total[i - 1][j], total[i][j - 1]));
}
