/* householder_qr: R factor and reflectors of a tall matrix, in place.
 * tunembed: family dense-triangular
 * tunembed: sizes m=420 n=300
 */
#include <math.h>

void householder_qr(int m, int n, double A[m][n], double tau[n])
{
    int steps = m < n ? m : n;
    for (int k = 0; k < steps; k++) {
        double norm = 0.0;
        for (int i = k; i < m; i++)
            norm += A[i][k] * A[i][k];
        norm = sqrt(norm) + 1e-12;
        double alpha = A[k][k] > 0.0 ? -norm : norm;
        double head = A[k][k] - alpha;
        tau[k] = -head / alpha;
        for (int i = k + 1; i < m; i++)
            A[i][k] /= head;
        A[k][k] = alpha;
        for (int j = k + 1; j < n; j++) {
            double s = A[k][j];
            for (int i = k + 1; i < m; i++)
                s += A[i][k] * A[i][j];
            s *= tau[k];
            A[k][j] -= s;
            for (int i = k + 1; i < m; i++)
                A[i][j] -= s * A[i][k];
        }
    }
}
