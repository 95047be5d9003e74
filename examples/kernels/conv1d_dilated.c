/* conv1d_dilated: causal convolution over time with a dilation of four.
 * tunembed: family neural
 * tunembed: sizes nb=8 cin=32 cout=32 len=1500 taps=5
 */
void conv1d_dilated(int nb, int cin, int cout, int len, int taps,
                    const float in[nb][cin][len + 4 * taps],
                    const float weight[cout][cin][taps],
                    float out[nb][cout][len])
{
    for (int b = 0; b < nb; b++)
        for (int o = 0; o < cout; o++)
            for (int t = 0; t < len; t++) {
                out[b][o][t] = 0.0f;
                for (int c = 0; c < cin; c++)
                    for (int k = 0; k < taps; k++)
                        out[b][o][t] += in[b][c][t + 4 * k] * weight[o][c][k];
            }
}
