/* signal_energy: energy and mean of complex signals stored sample by sample.
 * tunembed: family reductions-scans
 * tunembed: sizes nsamp=20000 nchan=160
 */
#include <complex.h>

void signal_energy(int nsamp, int nchan, const double complex s[nsamp][nchan],
                   double energy[nchan], double complex mean[nchan])
{
    for (int c = 0; c < nchan; c++) {
        energy[c] = 0.0;
        mean[c] = 0.0;
        for (int t = 0; t < nsamp; t++) {
            energy[c] += creal(s[t][c]) * creal(s[t][c]) +
                         cimag(s[t][c]) * cimag(s[t][c]);
            mean[c] += s[t][c];
        }
        mean[c] /= nsamp;
    }
}
