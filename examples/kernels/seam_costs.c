/* seam_costs: gradient energy of an image and its cheapest downward seams.
 * tunembed: family dynamic-programming
 * tunembed: sizes h=5400 w=5600
 */
#include <math.h>

void seam_costs(int h, int w, const float image[restrict h][w],
                float energy[restrict h][w], float cost[restrict h][w])
{
    for (int y = 0; y < h; y++)
        energy[y][0] = energy[y][w - 1] = 1.0f;
    for (int y = 0; y < h; y++)
        for (int x = 1; x < w - 1; x++)
            energy[y][x] = fabsf(image[y][x + 1] - image[y][x - 1]);
    for (int x = 0; x < w; x++)
        cost[0][x] = energy[0][x];
    for (int y = 1; y < h; y++)
        for (int x = 0; x < w; x++) {
            float best = cost[y - 1][x];
            if (x > 0 && cost[y - 1][x - 1] < best)
                best = cost[y - 1][x - 1];
            if (x < w - 1 && cost[y - 1][x + 1] < best)
                best = cost[y - 1][x + 1];
            cost[y][x] = energy[y][x] + best;
        }
}
