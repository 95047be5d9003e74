/* cubic_work: work that grows with the square of the index.
 * tunembed: family growing
 * tunembed: small n=51
 * tunembed: medium n=140
 * tunembed: large n=240
 */
void cubic_work(int n, double y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double s = y[i];
        for (long k = 0; k < (long)i * i; k++)
            s = s * 0.999 + 0.5;
        y[i] = s;
    }
}
