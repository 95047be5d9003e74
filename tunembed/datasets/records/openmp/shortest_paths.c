/* shortest_paths: all-pairs paths, a region for each via point.
 * tunembed: family many-regions
 * tunembed: small n=30
 * tunembed: medium n=110
 * tunembed: large n=220
 */
void shortest_paths(int n, float d[restrict n][n])
{
    for (int k = 0; k < n; k++) {
#pragma omp parallel for schedule(runtime)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                d[i][j] = d[i][k] + d[k][j] < d[i][j] ? d[i][k] + d[k][j] : d[i][j];
    }
}
