/* two_sizes: a short region and a long one.
 * tunembed: family mixed
 * tunembed: small n=5600 m=256
 * tunembed: medium n=140000 m=256
 * tunembed: large n=760000 m=256
 */
void two_sizes(int n, int m, double x[restrict m], double y[restrict n])
{
    for (int t = 0; t < 4; t++) {
#pragma omp parallel for schedule(runtime)
        for (int i = 0; i < m; i++)
            x[i] = 0.5 * x[i] + 1.0;
#pragma omp parallel for schedule(runtime)
        for (int i = 0; i < n; i++)
            y[i] = y[i] * x[i % m] * 0.01 + 0.5;
    }
}
