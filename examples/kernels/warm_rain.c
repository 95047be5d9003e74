/* warm_rain: pointwise conversion of cloud water to rain in a grid box.
 * tunembed: family column-physics
 * tunembed: sizes nblk=160 nlev=60 nproma=400
 */
#include <math.h>

void warm_rain(int nblk, int nlev, int nproma, double t[nblk][nlev][nproma],
               double qc[nblk][nlev][nproma], double qr[nblk][nlev][nproma])
{
#pragma omp parallel for
    for (int b = 0; b < nblk; b++)
        for (int k = 0; k < nlev; k++)
            for (int i = 0; i < nproma; i++) {
                double cloud = fabs(qc[b][k][i]);
                double rain = fabs(qr[b][k][i]);
                double conv = cloud > 0.3 ? 0.02 * (cloud - 0.3) : 0.0;
                double collect = 0.1 * cloud * sqrt(rain);
                double evap =
                    0.01 * sqrt(rain) / (1.0 + t[b][k][i] * t[b][k][i]);
                qc[b][k][i] = cloud / (1.0 + conv + collect);
                qr[b][k][i] = rain + conv + collect - evap * rain;
            }
}
