/* cross_covariance: covariance of the columns of X with those of Y.
 * tunembed: family dense-products
 * tunembed: sizes nobs=700 nx=300 ny=320
 */
void cross_covariance(int nobs, int nx, int ny, double X[nobs][nx],
                      double Y[nobs][ny], double mx[nx], double my[ny],
                      double S[nx][ny])
{
    for (int a = 0; a < nx; a++) {
        mx[a] = 0.0;
        for (int r = 0; r < nobs; r++)
            mx[a] += X[r][a];
        mx[a] /= nobs;
    }
    for (int b = 0; b < ny; b++) {
        my[b] = 0.0;
        for (int r = 0; r < nobs; r++)
            my[b] += Y[r][b];
        my[b] /= nobs;
    }
    for (int a = 0; a < nx; a++)
        for (int b = 0; b < ny; b++) {
            S[a][b] = 0.0;
            for (int r = 0; r < nobs; r++)
                S[a][b] += (X[r][a] - mx[a]) * (Y[r][b] - my[b]);
            S[a][b] /= nobs;
        }
}
