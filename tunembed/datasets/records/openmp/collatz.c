/* collatz: how many steps numbers take to one.
 * tunembed: family data-dependent
 * tunembed: small n=710
 * tunembed: medium n=12000
 * tunembed: large n=56000
 */
void collatz(int n, int steps[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        unsigned long v = (unsigned long)i + 1;
        int k = 0;
        for (; v > 1; k++)
            v = v % 2 ? 3 * v + 1 : v / 2;
        steps[i] = k;
    }
}
