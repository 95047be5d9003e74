/* householder_apply: apply a sequence of reflectors to a dense matrix.
 * tunembed: family dense-triangular
 * tunembed: sizes nref=64 m=500 n=480
 */
void householder_apply(int nref, int m, int n, double V[nref][m],
                       double A[m][n], double w[n])
{
    for (int k = 0; k < nref; k++) {
        double vv = 1e-30;
        for (int i = 0; i < m; i++)
            vv += V[k][i] * V[k][i];
        for (int j = 0; j < n; j++) {
            w[j] = 0.0;
            for (int i = 0; i < m; i++)
                w[j] += V[k][i] * A[i][j];
        }
        for (int j = 0; j < n; j++)
            for (int i = 0; i < m; i++)
                A[i][j] -= 2.0 * V[k][i] * w[j] / vv;
    }
}
