/* forward_filter: normalised forward probabilities of a hidden Markov chain.
 * tunembed: family dynamic-programming
 * tunembed: sizes len=300 nstate=320
 */
#include <math.h>

void forward_filter(int len, int nstate,
                    const double trans[restrict nstate][nstate],
                    const double emit[restrict len][nstate],
                    double alpha[restrict len][nstate])
{
    for (int s = 0; s < nstate; s++)
        alpha[0][s] = 1.0 / nstate;
    for (int t = 1; t < len; t++) {
        double norm = 1e-30;
        for (int s = 0; s < nstate; s++) {
            double sum = 0.0;
            for (int p = 0; p < nstate; p++)
                sum += alpha[t - 1][p] * fabs(trans[p][s]);
            alpha[t][s] = sum * (0.01 + fabs(emit[t][s]));
            norm += alpha[t][s];
        }
        for (int s = 0; s < nstate; s++)
            alpha[t][s] /= norm;
    }
}
