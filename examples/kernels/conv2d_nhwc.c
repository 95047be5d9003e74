/* conv2d_nhwc: direct two-dimensional convolution, channels last.
 * tunembed: family neural
 * tunembed: sizes nb=2 h=48 w=48 cin=32 cout=48 r=3
 */
void conv2d_nhwc(int nb, int h, int w, int cin, int cout, int r,
                 float in[nb][h + r - 1][w + r - 1][cin],
                 float weight[r][r][cin][cout], float out[nb][h][w][cout])
{
    for (int b = 0; b < nb; b++)
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                for (int o = 0; o < cout; o++) {
                    out[b][y][x][o] = 0.0f;
                    for (int ky = 0; ky < r; ky++)
                        for (int kx = 0; kx < r; kx++)
                            for (int c = 0; c < cin; c++)
                                out[b][y][x][o] += in[b][y + ky][x + kx][c] *
                                                   weight[ky][kx][c][o];
                }
}
