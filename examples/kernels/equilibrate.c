/* equilibrate: scale rows, then columns, by their largest magnitudes.
 * tunembed: family matrix-vector
 * tunembed: sizes m=1800 n=1700
 */
#include <math.h>

void equilibrate(int m, int n, double A[m][n], double row[m], double col[n])
{
    for (int i = 0; i < m; i++) {
        row[i] = 0.1;
        for (int j = 0; j < n; j++)
            row[i] = fmax(row[i], fabs(A[i][j]));
        for (int j = 0; j < n; j++)
            A[i][j] /= row[i];
    }
    for (int j = 0; j < n; j++) {
        col[j] = 0.1;
        for (int i = 0; i < m; i++)
            col[j] = fmax(col[j], fabs(A[i][j]));
        for (int i = 0; i < m; i++)
            A[i][j] /= col[j];
    }
}
