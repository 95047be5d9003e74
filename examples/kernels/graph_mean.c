/* graph_mean: mean of the neighbours' features for every vertex of a graph.
 * tunembed: family sparse
 * tunembed: sizes n=20000 nedge=450000 dim=64
 */
void graph_mean(int n, int nedge, int dim, const int start[n + 1],
                const int nbr[nedge], const float feat[n][dim],
                float out[n][dim])
{
#pragma omp parallel for
    for (int v = 0; v < n; v++)
        for (int d = 0; d < dim; d++) {
            float s = feat[v][d];
            for (int e = start[v]; e < start[v + 1]; e++)
                s += feat[nbr[e]][d];
            out[v][d] = s / (1 + start[v + 1] - start[v]);
        }
}
