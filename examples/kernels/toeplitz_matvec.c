/* toeplitz_matvec: y = T x where T is given by its diagonals.
 * tunembed: family matrix-vector
 * tunembed: sizes n=10000
 */
void toeplitz_matvec(int n, const double t[2 * n - 1], const double x[n],
                     double y[n])
{
    for (int i = 0; i < n; i++) {
        double s = 0.0;
        for (int j = 0; j < n; j++)
            s += t[i - j + n - 1] * x[j];
        y[i] = s;
    }
}
