/* polynomial_values: evaluate one polynomial at many points by Horner's rule.
 * tunembed: family matrix-vector
 * tunembed: sizes npoint=500000 degree=60
 */
void polynomial_values(int npoint, int degree, const double c[degree + 1],
                       const double x[npoint], double y[npoint])
{
    for (int p = 0; p < npoint; p++) {
        double s = c[degree];
        for (int k = degree - 1; k >= 0; k--)
            s = s * x[p] + c[k];
        y[p] = s;
    }
}
