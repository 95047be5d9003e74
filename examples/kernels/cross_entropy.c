/* cross_entropy: loss and gradient of a softmax classifier.
 * tunembed: family neural
 * tunembed: sizes nb=6000 classes=500
 */
#include <math.h>

void cross_entropy(int nb, int classes, const double logit[nb][classes],
                   const double target[nb][classes], double loss[nb],
                   double grad[nb][classes])
{
#pragma omp parallel for
    for (int b = 0; b < nb; b++) {
        double sum = 0.0, mass = 0.0;
        for (int c = 0; c < classes; c++)
            sum += exp(logit[b][c]);
        for (int c = 0; c < classes; c++)
            mass += target[b][c];
        loss[b] = mass * log(sum);
        for (int c = 0; c < classes; c++) {
            loss[b] -= target[b][c] * logit[b][c];
            grad[b][c] = mass * exp(logit[b][c]) / sum - target[b][c];
        }
    }
}
