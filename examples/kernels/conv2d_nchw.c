/* conv2d_nchw: direct two-dimensional convolution, channels first.
 * tunembed: family neural
 * tunembed: sizes nb=2 cin=24 cout=32 h=56 w=56 r=3
 */
void conv2d_nchw(int nb, int cin, int cout, int h, int w, int r,
                 const float in[restrict nb][cin][h + r - 1][w + r - 1],
                 const float weight[restrict cout][cin][r][r],
                 const float bias[restrict cout],
                 float out[restrict nb][cout][h][w])
{
    for (int b = 0; b < nb; b++)
        for (int o = 0; o < cout; o++)
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++) {
                    float acc = bias[o];
                    for (int c = 0; c < cin; c++)
                        for (int ky = 0; ky < r; ky++)
                            for (int kx = 0; kx < r; kx++)
                                acc += in[b][c][y + ky][x + kx] *
                                       weight[o][c][ky][kx];
                    out[b][o][y][x] = acc;
                }
}
