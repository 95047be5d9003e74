/* pad_reflect: copy an image into a frame and mirror its border outwards.
 * tunembed: family layouts
 * tunembed: sizes h=2400 w=2500
 */
void pad_reflect(int h, int w, const float in[restrict h][w],
                 float out[restrict h + 2][w + 2])
{
    for (int x = 0; x < w; x++)
        for (int y = 0; y < h; y++)
            out[y + 1][x + 1] = in[y][x];
    for (int x = 0; x < w; x++) {
        out[0][x + 1] = in[0][x];
        out[h + 1][x + 1] = in[h - 1][x];
    }
    for (int y = 0; y < h + 2; y++) {
        out[y][0] = out[y][1];
        out[y][w + 1] = out[y][w];
    }
}
