/* average_pool: overlapping 3 by 3 average with stride two, channels first.
 * tunembed: family neural
 * tunembed: sizes nb=16 ch=96 h=96 w=96
 */
void average_pool(int nb, int ch, int h, int w,
                  const float in[nb][ch][2 * h + 1][2 * w + 1],
                  float out[nb][ch][h][w])
{
    for (int b = 0; b < nb; b++)
        for (int c = 0; c < ch; c++)
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++) {
                    out[b][c][y][x] = 0.0f;
                    for (int ky = 0; ky < 3; ky++)
                        for (int kx = 0; kx < 3; kx++)
                            out[b][c][y][x] += in[b][c][2 * y + ky][2 * x + kx];
                    out[b][c][y][x] /= 9.0f;
                }
}
