/* horner: a polynomial of degree 31 at every point.
 * tunembed: family pointwise
 * tunembed: small n=40000
 * tunembed: medium n=890000
 * tunembed: large n=2900000
 */
void horner(int n, const double c[restrict 32], const double x[restrict n],
            double y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double s = c[31];
        for (int k = 30; k >= 0; k--)
            s = s * x[i] + c[k];
        y[i] = s;
    }
}
