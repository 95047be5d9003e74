/* batch_norm: per-channel statistics over batch and space, then scaling.
 * tunembed: family neural
 * tunembed: sizes nb=40 h=56 w=56 ch=64
 */
#include <math.h>

void batch_norm(int nb, int h, int w, int ch, float x[restrict nb][h][w][ch],
                float mean[restrict ch], float var[restrict ch])
{
    for (int c = 0; c < ch; c++) {
        mean[c] = 0.0f;
        var[c] = 0.0f;
        for (int b = 0; b < nb; b++)
            for (int i = 0; i < h; i++)
                for (int j = 0; j < w; j++)
                    mean[c] += x[b][i][j][c];
        mean[c] /= nb * h * w;
        for (int b = 0; b < nb; b++)
            for (int i = 0; i < h; i++)
                for (int j = 0; j < w; j++)
                    var[c] +=
                        (x[b][i][j][c] - mean[c]) * (x[b][i][j][c] - mean[c]);
        var[c] /= nb * h * w;
        for (int b = 0; b < nb; b++)
            for (int i = 0; i < h; i++)
                for (int j = 0; j < w; j++)
                    x[b][i][j][c] =
                        (x[b][i][j][c] - mean[c]) / sqrtf(var[c] + 1e-5f);
    }
}
