/* squared_distances: squared Euclidean distance of every row pair.
 * tunembed: family dense-products
 * tunembed: sizes n=700 m=650 dim=96 ldp=112 ldq=112 ldd=656
 */
void squared_distances(int n, int m, int dim, int ldp, int ldq, int ldd,
                       const double *restrict P, const double *restrict Q,
                       double *restrict D)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            double d = 0.0;
            for (int k = 0; k < dim; k++) {
                double t = P[i * ldp + k] - Q[j * ldq + k];
                d += t * t;
            }
            D[i * ldd + j] = d;
        }
}
