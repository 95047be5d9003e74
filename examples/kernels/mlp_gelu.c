/* mlp_gelu: two dense layers with a GELU in between.
 * tunembed: family neural
 * tunembed: sizes tokens=80 dim=320 hidden=1024
 */
#include <math.h>

void mlp_gelu(int tokens, int dim, int hidden,
              const float X[restrict tokens][dim],
              const float W1[restrict dim][hidden],
              const float W2[restrict hidden][dim],
              float H[restrict tokens][hidden], float Y[restrict tokens][dim])
{
    for (int t = 0; t < tokens; t++)
        for (int j = 0; j < hidden; j++) {
            float a = 0.0f;
            for (int k = 0; k < dim; k++)
                a += X[t][k] * W1[k][j];
            H[t][j] = 0.5f * a *
                      (1.0f + tanhf(0.79788f * (a + 0.044715f * a * a * a)));
        }
    for (int t = 0; t < tokens; t++)
        for (int j = 0; j < dim; j++) {
            float a = X[t][j];
            for (int k = 0; k < hidden; k++)
                a += H[t][k] * W2[k][j];
            Y[t][j] = a;
        }
}
