/* histogram_values: counts of values that are clamped to equal bins.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes n=20000000 nbins=256
 */
void histogram_values(int n, int nbins, const double x[n], int count[nbins])
{
    for (int b = 0; b < nbins; b++)
        count[b] = 0;
    for (int i = 0; i < n; i++) {
        double v = x[i] < 0.0 ? 0.0 : x[i];
        int b = v < 1.0 ? (int)(v * nbins) : nbins - 1;
        count[b]++;
    }
}
