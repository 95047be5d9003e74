/* centered_matvec: one step of principal components, mean subtracted first.
 * tunembed: family matrix-vector
 * tunembed: sizes nobs=3400 nvar=1200
 */
void centered_matvec(int nobs, int nvar, const double X[restrict nobs][nvar],
                     const double v[restrict nvar], double mean[restrict nvar],
                     double s[restrict nobs], double out[restrict nvar])
{
    for (int j = 0; j < nvar; j++) {
        mean[j] = 0.0;
        for (int i = 0; i < nobs; i++)
            mean[j] += X[i][j];
        mean[j] /= nobs;
    }
    for (int i = 0; i < nobs; i++) {
        s[i] = 0.0;
        for (int j = 0; j < nvar; j++)
            s[i] += (X[i][j] - mean[j]) * v[j];
    }
    for (int j = 0; j < nvar; j++) {
        out[j] = 0.0;
        for (int i = 0; i < nobs; i++)
            out[j] += (X[i][j] - mean[j]) * s[i];
        out[j] /= nobs;
    }
}
