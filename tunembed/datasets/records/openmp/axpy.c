/* axpy: y += a * x.
 * tunembed: family memory
 * tunembed: small n=30000
 * tunembed: medium n=900000
 * tunembed: large n=2900000
 */
void axpy(int n, double a, const double x[restrict n], double y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        y[i] += a * x[i];
}
