/* doubling_scan: prefix sums by doubling: as many regions as bits.
 * tunembed: family many-regions
 * tunembed: small n=980
 * tunembed: medium n=23000
 * tunembed: large n=120000
 */
void doubling_scan(int n, double a[restrict n], double b[restrict n])
{
    for (int step = 1; step < n; step *= 2) {
#pragma omp parallel for schedule(runtime)
        for (int i = 0; i < n; i++)
            b[i] = i >= step ? a[i] + a[i - step] : a[i];
#pragma omp parallel for schedule(runtime)
        for (int i = 0; i < n; i++)
            a[i] = b[i];
    }
}
