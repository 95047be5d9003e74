/* seam_costs: cheapest downward seam to every pixel of an image.
 * tunembed: family dynamic-programming
 * tunembed: sizes h=3000 w=3200
 */
void seam_costs(int h, int w, const float energy[h][w], float cost[h][w])
{
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
