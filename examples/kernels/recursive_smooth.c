/* recursive_smooth: exponential smoothing forward and backward on both axes.
 * tunembed: family image-filters
 * tunembed: sizes h=1500 w=1600
 */
void recursive_smooth(int h, int w, float a, const float in[restrict h][w],
                      float fwd[restrict h][w], float bwd[restrict h][w],
                      float out[restrict h][w])
{
    for (int y = 0; y < h; y++) {
        float s = in[y][0];
        for (int x = 0; x < w; x++) {
            s += a * (in[y][x] - s);
            fwd[y][x] = s;
        }
        for (int x = w - 1; x >= 0; x--) {
            s += a * (fwd[y][x] - s);
            bwd[y][x] = s;
        }
    }
    for (int x = 0; x < w; x++) {
        float s = bwd[0][x];
        for (int y = 0; y < h; y++) {
            s += a * (bwd[y][x] - s);
            fwd[y][x] = s;
        }
        for (int y = h - 1; y >= 0; y--) {
            s += a * (fwd[y][x] - s);
            out[y][x] = s;
        }
    }
}
