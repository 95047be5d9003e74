/* weighted_gram: G = X^T * diag(w) * X, lower triangle then mirrored.
 * tunembed: family dense-products
 * tunembed: sizes nobs=600 nvar=420
 */
void weighted_gram(int nobs, int nvar, const double X[nobs][nvar],
                   const double w[nobs], double G[nvar][nvar])
{
    for (int p = 0; p < nvar; p++)
        for (int q = 0; q <= p; q++) {
            double s = 0.0;
            for (int r = 0; r < nobs; r++)
                s += w[r] * X[r][p] * X[r][q];
            G[p][q] = s;
        }
    for (int p = 0; p < nvar; p++)
        for (int q = p + 1; q < nvar; q++)
            G[p][q] = G[q][p];
}
