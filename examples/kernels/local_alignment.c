/* local_alignment: best local alignment with affine gaps, three tables.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=1800 m=2000
 */
#include <math.h>

void local_alignment(int n, int m, float score[n][m], float H[n + 1][m + 1],
                     float E[n + 1][m + 1], float F[n + 1][m + 1])
{
    for (int i = 0; i <= n; i++)
        H[i][0] = E[i][0] = F[i][0] = 0.0f;
    for (int j = 0; j <= m; j++)
        H[0][j] = E[0][j] = F[0][j] = 0.0f;
    for (int i = 1; i <= n; i++)
        for (int j = 1; j <= m; j++) {
            E[i][j] = fmaxf(E[i][j - 1] - 0.1f, H[i][j - 1] - 0.4f);
            F[i][j] = fmaxf(F[i - 1][j] - 0.1f, H[i - 1][j] - 0.4f);
            float h = fmaxf(0.0f, H[i - 1][j - 1] + score[i - 1][j - 1] - 0.4f);
            H[i][j] = fmaxf(h, fmaxf(E[i][j], F[i][j]));
        }
}
