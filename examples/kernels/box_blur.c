/* box_blur: mean of a square window, summed from scratch at every pixel.
 * tunembed: family image-filters
 * tunembed: sizes h=900 w=1000 r=5 ldin=1024 ldout=1008
 */
void box_blur(int h, int w, int r, int ldin, int ldout, const double *in,
              double *out)
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            out[y * ldout + x] = 0.0;
            for (int dy = 0; dy <= 2 * r; dy++)
                for (int dx = 0; dx <= 2 * r; dx++)
                    out[y * ldout + x] += in[(y + dy) * ldin + x + dx];
            out[y * ldout + x] /= (2 * r + 1) * (2 * r + 1);
        }
}
