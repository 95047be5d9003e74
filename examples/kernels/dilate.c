/* dilate: largest pixel under a rectangular structuring element.
 * tunembed: family image-filters
 * tunembed: sizes h=700 w=750 kh=7 kw=9
 */
void dilate(int h, int w, int kh, int kw, const int in[h + kh][w + kw],
            int out[h][w])
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            int top = in[y][x];
            for (int dy = 0; dy < kh; dy++)
                for (int dx = 0; dx < kw; dx++)
                    top = in[y + dy][x + dx] > top ? in[y + dy][x + dx] : top;
            out[y][x] = top;
        }
}
