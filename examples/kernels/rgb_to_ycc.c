/* rgb_to_ycc: colour conversion of interleaved pixels into three planes.
 * tunembed: family image-filters
 * tunembed: sizes h=3400 w=3600
 */
void rgb_to_ycc(int h, int w, const float *rgb, float *ycc)
{
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) {
                float luma = 0.299f * rgb[(y * w + x) * 3 + 0] +
                             0.587f * rgb[(y * w + x) * 3 + 1] +
                             0.114f * rgb[(y * w + x) * 3 + 2];
                if (c == 0)
                    ycc[(c * h + y) * w + x] = luma;
                else
                    ycc[(c * h + y) * w + x] =
                        0.6f * (rgb[(y * w + x) * 3 + 4 - 2 * c] - luma);
            }
}
