/* tail_sums: correlations of a signal with its own past.
 * tunembed: family triangle
 * tunembed: small n=290
 * tunembed: medium n=1300
 * tunembed: large n=3000
 */
void tail_sums(int n, const double x[restrict n], double r[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int lag = 0; lag < n; lag++) {
        double s = 0.0;
        for (int i = lag; i < n; i++)
            s += x[i] * x[i - lag];
        r[lag] = s;
    }
}
