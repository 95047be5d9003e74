/* attention_head: scores, softmax and weighted values for every head.
 * tunembed: family neural
 * tunembed: sizes heads=8 len=256 dim=64
 */
#include <math.h>

void attention_head(int heads, int len, int dim, const float Q[heads][len][dim],
                    const float K[heads][len][dim],
                    const float V[heads][len][dim], float S[heads][len][len],
                    float O[heads][len][dim])
{
    for (int h = 0; h < heads; h++) {
        for (int i = 0; i < len; i++)
            for (int j = 0; j < len; j++) {
                float s = 0.0f;
                for (int d = 0; d < dim; d++)
                    s += Q[h][i][d] * K[h][j][d];
                S[h][i][j] = s / sqrtf((float)dim);
            }
        for (int i = 0; i < len; i++) {
            float top = S[h][i][0], sum = 0.0f;
            for (int j = 1; j < len; j++)
                top = fmaxf(top, S[h][i][j]);
            for (int j = 0; j < len; j++) {
                S[h][i][j] = expf(S[h][i][j] - top);
                sum += S[h][i][j];
            }
            for (int j = 0; j < len; j++)
                S[h][i][j] /= sum;
        }
        for (int i = 0; i < len; i++)
            for (int d = 0; d < dim; d++) {
                O[h][i][d] = 0.0f;
                for (int j = 0; j < len; j++)
                    O[h][i][d] += S[h][i][j] * V[h][j][d];
            }
    }
}
