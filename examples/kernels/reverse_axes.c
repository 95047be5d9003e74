/* reverse_axes: reverse the order of the axes of a 4-way array.
 * tunembed: family layouts
 * tunembed: sizes na=44 nb=46 nc=48 nd=50
 */
void reverse_axes(int na, int nb, int nc, int nd, double in[na][nb][nc][nd],
                  double out[nd][nc][nb][na])
{
    for (int a = 0; a < na; a++)
        for (int b = 0; b < nb; b++)
            for (int c = 0; c < nc; c++)
                for (int d = 0; d < nd; d++)
                    out[d][c][b][a] = in[a][b][c][d];
}
