/* tridiagonal_many: tridiagonal systems, one per column of the right side.
 * tunembed: family dense-triangular
 * tunembed: sizes n=2000 nsys=1200
 */
void tridiagonal_many(int n, int nsys, double lo[n], double di[n], double up[n],
                      double B[n][nsys], double c[n])
{
    for (int s = 0; s < nsys; s++) {
        double pivot = di[0] + 4.0;
        c[0] = up[0] / pivot;
        B[0][s] /= pivot;
        for (int i = 1; i < n; i++) {
            pivot = di[i] + 4.0 - lo[i] * c[i - 1];
            c[i] = up[i] / pivot;
            B[i][s] = (B[i][s] - lo[i] * B[i - 1][s]) / pivot;
        }
        for (int i = n - 2; i >= 0; i--)
            B[i][s] -= c[i] * B[i + 1][s];
    }
}
