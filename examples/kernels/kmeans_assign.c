/* kmeans_assign: index of the nearest centre for every point.
 * tunembed: family particles
 * tunembed: sizes n=40000 k=64 dim=24
 */
void kmeans_assign(int n, int k, int dim, const float x[n][dim],
                   const float centre[k][dim], int label[n], float dist[n])
{
    for (int i = 0; i < n; i++) {
        dist[i] = 1e30f;
        label[i] = 0;
        for (int c = 0; c < k; c++) {
            float d2 = 0.0f;
            for (int d = 0; d < dim; d++)
                d2 += (x[i][d] - centre[c][d]) * (x[i][d] - centre[c][d]);
            if (d2 < dist[i]) {
                dist[i] = d2;
                label[i] = c;
            }
        }
    }
}
