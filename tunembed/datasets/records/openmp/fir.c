/* fir: a signal through a filter of 48 taps.
 * tunembed: family signal
 * tunembed: small n=26000
 * tunembed: medium n=580000
 * tunembed: large n=2400000
 */
void fir(int n, const float h[restrict 48], const float x[restrict n + 47],
         float y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        float s = 0.0f;
        for (int k = 0; k < 48; k++)
            s += h[k] * x[i + k];
        y[i] = s;
    }
}
