/* rotate_image: turn an image by ninety degrees.
 * tunembed: family layouts
 * tunembed: sizes h=2600 w=2800
 */
void rotate_image(int h, int w, const int in[h][w], int out[w][h])
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            out[x][h - 1 - y] = in[y][x];
}
