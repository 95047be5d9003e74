/* mahalanobis: squared Mahalanobis distance of every sample to the mean.
 * tunembed: family dense-products
 * tunembed: sizes n=1500 d=160
 */
void mahalanobis(int n, int d, const double X[restrict n][d],
                 const double mu[restrict d], const double P[restrict d][d],
                 double dist[restrict n])
{
    for (int s = 0; s < n; s++) {
        dist[s] = 0.0;
        for (int i = 0; i < d; i++) {
            double row = 0.0;
            for (int j = 0; j < d; j++)
                row += P[i][j] * (X[s][j] - mu[j]);
            dist[s] += (X[s][i] - mu[i]) * row;
        }
    }
}
