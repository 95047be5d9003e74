/* smooth9: weighted average of the nine neighbours, columns outermost.
 * tunembed: family stencils-1d2d
 * tunembed: sizes rows=2600 cols=2400 ldin=2416 ldout=2416
 */
void smooth9(int rows, int cols, int ldin, int ldout, const float *in,
             float *out)
{
    for (int c = 1; c < cols - 1; c++)
        for (int r = 1; r < rows - 1; r++)
            out[r * ldout + c] =
                0.25f * in[r * ldin + c] +
                0.125f * (in[(r - 1) * ldin + c] + in[(r + 1) * ldin + c] +
                          in[r * ldin + c - 1] + in[r * ldin + c + 1]) +
                0.0625f *
                    (in[(r - 1) * ldin + c - 1] + in[(r - 1) * ldin + c + 1] +
                     in[(r + 1) * ldin + c - 1] + in[(r + 1) * ldin + c + 1]);
}
