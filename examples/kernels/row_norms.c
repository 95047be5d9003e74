/* row_norms: Euclidean norm and largest magnitude of every row.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=5000 cols=4000
 */
#include <math.h>

void row_norms(int rows, int cols, const double A[rows][cols],
               double norm[rows], double peak[rows])
{
    for (int i = 0; i < rows; i++) {
        double s = 0.0;
        for (int j = 0; j < cols; j++)
            s += A[i][j] * A[i][j];
        norm[i] = sqrt(s);
        double m = 0.0;
        for (int j = 0; j < cols; j++)
            m = fmax(m, fabs(A[i][j]));
        peak[i] = m;
    }
}
