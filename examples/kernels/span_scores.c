/* span_scores: best scores of all spans of a sentence, bottom-up parsing.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=560
 */
void span_scores(int n, const float w[restrict n][n],
                 float s[restrict n + 1][n + 1])
{
    for (int i = 0; i <= n; i++)
        s[i][i] = 0.0f;
    for (int i = n - 1; i >= 0; i--)
        for (int j = i + 1; j <= n; j++) {
            s[i][j] = w[i][j - 1];
            for (int k = i + 1; k < j; k++)
                if (s[i][k] + s[k][j] > s[i][j])
                    s[i][j] = s[i][k] + s[k][j];
        }
}
