/* widest_paths: bottleneck capacity between all pairs of vertices.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=420
 */
void widest_paths(int n, double cap[n][n])
{
    for (int k = 0; k < n; k++)
        for (int j = 0; j < n; j++)
            for (int i = 0; i < n; i++) {
                double via = cap[i][k] < cap[k][j] ? cap[i][k] : cap[k][j];
                if (via > cap[i][j])
                    cap[i][j] = via;
            }
}
