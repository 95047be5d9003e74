/* unsharp: blur horizontally, blur vertically, then exaggerate the rest.
 * tunembed: family image-filters
 * tunembed: sizes h=2200 w=2400
 */
void unsharp(int h, int w, const float *restrict in, float *restrict bh,
             float *restrict bv, float *restrict out)
{
    for (int y = 0; y < h; y++)
        for (int x = 2; x < w - 2; x++)
            bh[y * w + x] =
                0.2f * (in[y * w + x - 2] + in[y * w + x - 1] + in[y * w + x] +
                        in[y * w + x + 1] + in[y * w + x + 2]);
    for (int x = 2; x < w - 2; x++)
        for (int y = 2; y < h - 2; y++)
            bv[y * w + x] = 0.2f * (bh[(y - 2) * w + x] + bh[(y - 1) * w + x] +
                                    bh[y * w + x] + bh[(y + 1) * w + x] +
                                    bh[(y + 2) * w + x]);
    for (int y = 2; y < h - 2; y++)
        for (int x = 2; x < w - 2; x++)
            out[y * w + x] = 2.0f * in[y * w + x] - bv[y * w + x];
}
