/* smooth9: weighted average of the nine neighbours, columns outermost.
 * tunembed: family stencils-1d2d
 * tunembed: sizes rows=2600 cols=2400
 */
void smooth9(int rows, int cols, const float in[rows][cols],
             float out[rows][cols])
{
    for (int c = 1; c < cols - 1; c++)
        for (int r = 1; r < rows - 1; r++)
            out[r][c] = 0.25f * in[r][c] +
                        0.125f * (in[r - 1][c] + in[r + 1][c] + in[r][c - 1] +
                                  in[r][c + 1]) +
                        0.0625f * (in[r - 1][c - 1] + in[r - 1][c + 1] +
                                   in[r + 1][c - 1] + in[r + 1][c + 1]);
}
