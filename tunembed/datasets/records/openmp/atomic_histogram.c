/* atomic_histogram: counts by atomic updates.
 * tunembed: family indirect
 * tunembed: small n=7300 bins=1024
 * tunembed: medium n=150000 bins=1024
 * tunembed: large n=760000 bins=1024
 * tunembed: fill bin index:bins
 */
void atomic_histogram(int n, int bins, const int bin[restrict n],
                      int count[restrict bins])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
#pragma omp atomic
        count[bin[i]]++;
    }
}
