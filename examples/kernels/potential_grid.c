/* potential_grid: electrostatic potential of point charges on a plane grid.
 * tunembed: family particles
 * tunembed: sizes ny=160 nx=180 ncharge=500
 */
#include <math.h>

void potential_grid(int ny, int nx, int ncharge,
                    const float cx[restrict ncharge],
                    const float cy[restrict ncharge],
                    const float q[restrict ncharge], float phi[restrict ny][nx])
{
    for (int y = 0; y < ny; y++)
        for (int x = 0; x < nx; x++)
            phi[y][x] = 0.0f;
    for (int c = 0; c < ncharge; c++)
        for (int x = 0; x < nx; x++)
            for (int y = 0; y < ny; y++) {
                float dx = (float)x / nx - cx[c];
                float dy = (float)y / ny - cy[c];
                phi[y][x] += q[c] / sqrtf(dx * dx + dy * dy + 0.01f);
            }
}
