/* conv2d_weight_gradient: gradient of a convolution's weights.
 * tunembed: family neural
 * tunembed: sizes nb=4 cin=16 cout=20 h=48 w=48 r=3
 */
void conv2d_weight_gradient(int nb, int cin, int cout, int h, int w, int r,
                            const float in[nb][cin][h + r - 1][w + r - 1],
                            const float dout[nb][cout][h][w],
                            float dweight[cout][cin][r][r])
{
    for (int o = 0; o < cout; o++)
        for (int c = 0; c < cin; c++)
            for (int ky = 0; ky < r; ky++)
                for (int kx = 0; kx < r; kx++) {
                    float s = 0.0f;
                    for (int b = 0; b < nb; b++)
                        for (int y = 0; y < h; y++)
                            for (int x = 0; x < w; x++)
                                s +=
                                    dout[b][o][y][x] * in[b][c][y + ky][x + kx];
                    dweight[o][c][ky][kx] = s;
                }
}
