/* weighted_gram: G = X^T * diag(w) * X, lower triangle then mirrored.
 * tunembed: family dense-products
 * tunembed: sizes nobs=600 nvar=420 ldx=432 ldg=432
 */
void weighted_gram(int nobs, int nvar, int ldx, int ldg, const double *X,
                   const double *w, double *G)
{
    for (int p = 0; p < nvar; p++)
        for (int q = 0; q <= p; q++) {
            double s = 0.0;
            for (int r = 0; r < nobs; r++)
                s += w[r] * X[r * ldx + p] * X[r * ldx + q];
            G[p * ldg + q] = s;
        }
    for (int p = 0; p < nvar; p++)
        for (int q = p + 1; q < nvar; q++)
            G[p * ldg + q] = G[q * ldg + p];
}
