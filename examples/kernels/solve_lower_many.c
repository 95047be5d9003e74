/* solve_lower_many: X = (L + n * I)^-1 * B, one right-hand side at a time.
 * tunembed: family dense-triangular
 * tunembed: sizes n=480 nrhs=400 ldl=496 ldb=416 ldx=416
 */
void solve_lower_many(int n, int nrhs, int ldl, int ldb, int ldx,
                      double *restrict L, double *restrict B,
                      double *restrict X)
{
    for (int r = 0; r < nrhs; r++)
        for (int i = 0; i < n; i++) {
            double s = B[i * ldb + r];
            for (int k = 0; k < i; k++)
                s -= L[i * ldl + k] * X[k * ldx + r];
            X[i * ldx + r] = s / (L[i * ldl + i] + n);
        }
}
