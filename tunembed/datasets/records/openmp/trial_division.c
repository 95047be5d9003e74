/* trial_division: whether numbers are prime, by trial division.
 * tunembed: family growing
 * tunembed: small n=3400
 * tunembed: medium n=30000
 * tunembed: large n=98000
 */
void trial_division(int n, int prime[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        int p = i > 1;
        for (int d = 2; d * d <= i && p; d++)
            if (i % d == 0)
                p = 0;
        prime[i] = p;
    }
}
