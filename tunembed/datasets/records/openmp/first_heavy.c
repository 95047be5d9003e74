/* first_heavy: the first sixteenth of the iterations has half of the work.
 * tunembed: family blocks
 * tunembed: small n=1300
 * tunembed: medium n=27000
 * tunembed: large n=140000
 */
void first_heavy(int n, double y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        int work = i < n / 16 ? 480 : 32;
        double s = y[i];
        for (int k = 0; k < work; k++)
            s = s * 0.999 + 0.5;
        y[i] = s;
    }
}
