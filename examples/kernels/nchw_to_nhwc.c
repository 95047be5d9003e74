/* nchw_to_nhwc: move the channels of an image batch to the last axis.
 * tunembed: family layouts
 * tunembed: sizes nb=16 ch=64 h=100 w=104
 */
void nchw_to_nhwc(int nb, int ch, int h, int w, const float in[nb][ch][h][w],
                  float out[nb][h][w][ch])
{
    for (int b = 0; b < nb; b++)
        for (int c = 0; c < ch; c++)
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++)
                    out[b][y][x][c] = in[b][c][y][x];
}
