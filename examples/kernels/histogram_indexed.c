/* histogram_indexed: weighted histogram whose bins are already known.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes n=36000000 nbins=4096
 */
void histogram_indexed(int n, int nbins, int bin[n], float weight[n],
                       float hist[nbins])
{
    for (int b = 0; b < nbins; b++)
        hist[b] = 0.0f;
    for (int i = 0; i < n; i++)
        hist[bin[i]] += weight[i];
}
