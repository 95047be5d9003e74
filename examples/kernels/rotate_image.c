/* rotate_image: turn an image by ninety degrees.
 * tunembed: family layouts
 * tunembed: sizes h=3000 w=3200 ldin=3216 ldout=3008
 */
void rotate_image(int h, int w, int ldin, int ldout, const int *in, int *out)
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            out[x * ldout + h - 1 - y] = in[y * ldin + x];
}
