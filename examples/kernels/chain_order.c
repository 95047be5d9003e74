/* chain_order: cheapest order of a chain of matrix products.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=600
 */
void chain_order(int n, double dim[n + 1], double cost[n][n])
{
    for (int i = 0; i < n; i++)
        cost[i][i] = 0.0;
    for (int len = 1; len < n; len++)
        for (int i = 0; i < n - len; i++) {
            double best = 1e300;
            for (int k = i; k < i + len; k++) {
                double c = cost[i][k] + cost[k + 1][i + len] +
                           dim[i] * dim[k + 1] * dim[i + len + 1];
                if (c < best)
                    best = c;
            }
            cost[i][i + len] = best;
        }
}
