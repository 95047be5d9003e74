/* reachability: transitive closure of a directed graph.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=560
 */
void reachability(int n, int r[n][n])
{
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                if (r[i][k] && r[k][j])
                    r[i][j] = 1;
}
