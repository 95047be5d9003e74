/* widest_paths: greatest capacity of a connection between all pairs of nodes.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=620
 */
void widest_paths(int n, float w[restrict n][n])
{
    for (int via = 0; via < n; via++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                if ((w[i][via] < w[via][j] ? w[i][via] : w[via][j]) > w[i][j])
                    w[i][j] = w[i][via] < w[via][j] ? w[i][via] : w[via][j];
}
