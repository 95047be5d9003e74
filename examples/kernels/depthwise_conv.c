/* depthwise_conv: one small filter per channel, channels last.
 * tunembed: family neural
 * tunembed: sizes nb=4 h=96 w=96 ch=96 r=3
 */
void depthwise_conv(int nb, int h, int w, int ch, int r,
                    const float in[nb][h + r - 1][w + r - 1][ch],
                    const float weight[ch][r][r], float out[nb][h][w][ch])
{
    for (int b = 0; b < nb; b++)
        for (int c = 0; c < ch; c++)
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++) {
                    float s = 0.0f;
                    for (int ky = 0; ky < r; ky++)
                        for (int kx = 0; kx < r; kx++)
                            s += in[b][y + ky][x + kx][c] * weight[c][ky][kx];
                    out[b][y][x][c] = s;
                }
}
