/* matvec_chain: z = C^T (B (A x)), three matrices one after the other.
 * tunembed: family matrix-vector
 * tunembed: sizes n=2600 m=2700 p=2500
 */
void matvec_chain(int n, int m, int p, double A[m][n], double B[p][m],
                  double C[p][n], double x[n], double s[m], double t[p],
                  double z[n])
{
    int i, j;
    for (i = 0; i < m; i++) {
        s[i] = 0.0;
        for (j = 0; j < n; j++)
            s[i] += A[i][j] * x[j];
    }
    for (i = 0; i < p; i++) {
        t[i] = 0.0;
        for (j = 0; j < m; j++)
            t[i] += B[i][j] * s[j];
    }
    for (i = 0; i < n; i++) {
        z[i] = 0.0;
        for (j = 0; j < p; j++)
            z[i] += C[j][i] * t[j];
    }
}
