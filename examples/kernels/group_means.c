/* group_means: mean feature of every group, labels give the group.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes n=200000 ngroup=500 dim=32
 */
void group_means(int n, int ngroup, int dim, const int label[n],
                 const double x[n][dim], double mean[ngroup][dim],
                 double count[ngroup])
{
    for (int g = 0; g < ngroup; g++) {
        count[g] = 1e-12;
        for (int d = 0; d < dim; d++)
            mean[g][d] = 0.0;
    }
    for (int i = 0; i < n; i++)
        count[label[i]] += 1.0;
    for (int d = 0; d < dim; d++)
        for (int i = 0; i < n; i++)
            mean[label[i]][d] += x[i][d];
    for (int g = 0; g < ngroup; g++)
        for (int d = 0; d < dim; d++)
            mean[g][d] /= count[g];
}
