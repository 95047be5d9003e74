/* squared_distances: squared Euclidean distance of every row pair.
 * tunembed: family dense-products
 * tunembed: sizes n=700 m=650 dim=96
 */
void squared_distances(int n, int m, int dim, const double P[n][dim],
                       const double Q[m][dim], double D[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            double d = 0.0;
            for (int k = 0; k < dim; k++) {
                double t = P[i][k] - Q[j][k];
                d += t * t;
            }
            D[i][j] = d;
        }
}
