/* two_stream: downward then upward radiative fluxes through a column.
 * tunembed: family column-physics
 * tunembed: sizes nband=8 ncol=5000 nlev=60
 */
#include <math.h>

void two_stream(int nband, int ncol, int nlev, double tau[nband][ncol][nlev],
                double planck[ncol][nlev], double down[ncol][nlev + 1],
                double up[ncol][nlev + 1], double heating[ncol][nlev])
{
    for (int i = 0; i < ncol; i++)
        for (int l = 0; l < nlev; l++)
            heating[i][l] = 0.0;
    for (int b = 0; b < nband; b++)
        for (int i = 0; i < ncol; i++) {
            down[i][0] = 0.0;
            for (int l = 0; l < nlev; l++) {
                double tr = exp(-tau[b][i][l] * tau[b][i][l]);
                down[i][l + 1] = down[i][l] * tr + planck[i][l] * (1.0 - tr);
            }
            up[i][nlev] = 1.0;
            for (int l = nlev - 1; l >= 0; l--) {
                double tr = exp(-tau[b][i][l] * tau[b][i][l]);
                up[i][l] = up[i][l + 1] * tr + planck[i][l] * (1.0 - tr);
            }
            for (int l = 0; l < nlev; l++)
                heating[i][l] +=
                    down[i][l] - down[i][l + 1] + up[i][l + 1] - up[i][l];
        }
}
