/* gated_cell: gates and state of a recurrent cell over a few time steps.
 * tunembed: family neural
 * tunembed: sizes steps=24 nb=40 dim=192
 */
#include <math.h>

void gated_cell(int steps, int nb, int dim, float x[steps][nb][dim],
                float Wz[dim][dim], float Wh[dim][dim], float h[nb][dim],
                float z[nb][dim], float c[nb][dim])
{
    for (int t = 0; t < steps; t++) {
        for (int b = 0; b < nb; b++)
            for (int j = 0; j < dim; j++) {
                float gate = x[t][b][j], cand = x[t][b][j];
                for (int k = 0; k < dim; k++) {
                    gate += h[b][k] * Wz[k][j];
                    cand += h[b][k] * Wh[k][j];
                }
                z[b][j] = 1.0f / (1.0f + expf(-gate));
                c[b][j] = tanhf(cand);
            }
        for (int b = 0; b < nb; b++)
            for (int j = 0; j < dim; j++)
                h[b][j] += z[b][j] * (c[b][j] - h[b][j]);
    }
}
