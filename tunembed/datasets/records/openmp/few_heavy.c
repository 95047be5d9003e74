/* few_heavy: eleven long iterations.
 * tunembed: family blocks
 * tunembed: small n=3900
 * tunembed: medium n=79000
 * tunembed: large n=400000
 */
void few_heavy(int n, double y[restrict 11])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < 11; i++) {
        double s = y[i];
        for (int k = 0; k < n; k++)
            s = s * 0.999 + 0.5;
        y[i] = s;
    }
}
