/* triad: a sum of three scaled vectors.
 * tunembed: family memory
 * tunembed: small n=30000
 * tunembed: medium n=700000
 * tunembed: large n=2200000
 */
void triad(int n, const double a[restrict n], const double b[restrict n],
           const double c[restrict n], double d[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        d[i] = 0.5 * a[i] + 0.25 * b[i] + 2.0 * c[i];
}
