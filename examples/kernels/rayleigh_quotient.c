/* rayleigh_quotient: x^T A x and x^T x, and their ratio.
 * tunembed: family matrix-vector
 * tunembed: sizes n=5000
 */
void rayleigh_quotient(int n, const double A[n][n], const double x[n],
                       double out[3])
{
    out[0] = 0.0;
    out[1] = 0.0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            out[0] += x[i] * A[i][j] * x[j];
    for (int i = 0; i < n; i++)
        out[1] += x[i] * x[i];
    out[2] = out[0] / (out[1] + 1e-30);
}
