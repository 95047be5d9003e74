/* dot: the product of two vectors.
 * tunembed: family reduction
 * tunembed: small n=37000
 * tunembed: medium n=830000
 * tunembed: large n=3200000
 */
double dot(int n, const double x[restrict n], const double y[restrict n])
{
    double s = 0.0;
#pragma omp parallel for schedule(runtime) reduction(+ : s)
    for (int i = 0; i < n; i++)
        s += x[i] * y[i];
    return s;
}
