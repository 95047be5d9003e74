/* nearest_distance: distance to the closest other particle, by coordinates.
 * tunembed: family particles
 * tunembed: sizes n=6000
 */
#include <math.h>

void nearest_distance(int n, const float xyz[restrict 3][n],
                      float nearest[restrict n])
{
    for (int i = 0; i < n; i++) {
        float best = 1e30f;
        for (int j = 0; j < n; j++) {
            float dx = xyz[0][j] - xyz[0][i];
            float dy = xyz[1][j] - xyz[1][i];
            float dz = xyz[2][j] - xyz[2][i];
            float d2 = dx * dx + dy * dy + dz * dz;
            if (j != i && d2 < best)
                best = d2;
        }
        nearest[i] = sqrtf(best);
    }
}
