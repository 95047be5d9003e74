/* unfold_patches: image patches as the columns of a matrix.
 * tunembed: family layouts
 * tunembed: sizes ch=32 h=90 w=96 r=5
 */
void unfold_patches(int ch, int h, int w, int r,
                    const float in[ch][h + r - 1][w + r - 1],
                    float cols[h][w][ch][r][r])
{
    for (int c = 0; c < ch; c++)
        for (int ky = 0; ky < r; ky++)
            for (int kx = 0; kx < r; kx++)
                for (int y = 0; y < h; y++)
                    for (int x = 0; x < w; x++)
                        cols[y][x][c][ky][kx] = in[c][y + ky][x + kx];
}
