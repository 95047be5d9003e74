/* rotate_axes: cyclic permutation of the axes of a 3-way array.
 * tunembed: family layouts
 * tunembed: sizes na=250 nb=260 nc=250
 */
void rotate_axes(int na, int nb, int nc, double in[na][nb][nc],
                 double out[nc][na][nb])
{
    for (int a = 0; a < na; a++)
        for (int b = 0; b < nb; b++)
            for (int c = 0; c < nc; c++)
                out[c][a][b] = in[a][b][c];
}
