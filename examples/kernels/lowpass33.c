/* lowpass33: symmetric filter with 33 taps along a long line.
 * tunembed: family stencils-1d2d
 * tunembed: sizes n=12000000
 */
void lowpass33(int n, const double w[17], const double *restrict x,
               double *restrict y)
{
    for (int i = 16; i < n - 16; i++) {
        double s = w[0] * x[i];
        for (int k = 1; k <= 16; k++)
            s += w[k] * (x[i - k] + x[i + k]);
        y[i] = s;
    }
}
