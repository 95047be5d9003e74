/* alternating: every other block of 64 iterations is heavy.
 * tunembed: family blocks
 * tunembed: small n=730
 * tunembed: medium n=13000
 * tunembed: large n=59000
 */
void alternating(int n, double y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        int work = i / 64 % 2 ? 200 : 4;
        double s = y[i];
        for (int k = 0; k < work; k++)
            s = s * 0.999 + 0.5;
        y[i] = s;
    }
}
