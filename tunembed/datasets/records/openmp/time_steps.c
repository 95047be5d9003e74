/* time_steps: fifty steps of a rod's heat, a region each.
 * tunembed: family many-regions
 * tunembed: small n=3600
 * tunembed: medium n=100000
 * tunembed: large n=600000
 */
void time_steps(int n, double a[restrict n], double b[restrict n])
{
    for (int t = 0; t < 25; t++) {
#pragma omp parallel for schedule(runtime)
        for (int i = 1; i < n - 1; i++)
            b[i] = 0.25 * a[i - 1] + 0.5 * a[i] + 0.25 * a[i + 1];
#pragma omp parallel for schedule(runtime)
        for (int i = 1; i < n - 1; i++)
            a[i] = 0.25 * b[i - 1] + 0.5 * b[i] + 0.25 * b[i + 1];
    }
}
