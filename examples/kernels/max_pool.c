/* max_pool: largest value of every 2 by 2 window, channels last.
 * tunembed: family neural
 * tunembed: sizes nb=8 h=112 w=112 ch=64
 */
void max_pool(int nb, int h, int w, int ch,
              const float in[nb][2 * h][2 * w][ch], float out[nb][h][w][ch])
{
    for (int b = 0; b < nb; b++)
        for (int c = 0; c < ch; c++)
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++) {
                    float m = in[b][2 * y][2 * x][c];
                    for (int dy = 0; dy < 2; dy++)
                        for (int dx = 0; dx < 2; dx++)
                            if (in[b][2 * y + dy][2 * x + dx][c] > m)
                                m = in[b][2 * y + dy][2 * x + dx][c];
                    out[b][y][x][c] = m;
                }
}
