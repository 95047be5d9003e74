/* knapsack: best value for every capacity, one row per item.
 * tunembed: family dynamic-programming
 * tunembed: sizes nitem=500 cap=40000
 */
void knapsack(int nitem, int cap, const int weight[restrict nitem],
              const double value[restrict nitem],
              double best[restrict nitem + 1][cap + 1])
{
    for (int c = 0; c <= cap; c++)
        best[0][c] = 0.0;
    for (int i = 0; i < nitem; i++)
        for (int c = 0; c <= cap; c++) {
            best[i + 1][c] = best[i][c];
            if (weight[i] > 0 && weight[i] <= c &&
                best[i][c - weight[i]] + value[i] > best[i][c])
                best[i + 1][c] = best[i][c - weight[i]] + value[i];
        }
}
