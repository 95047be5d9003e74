/* gradient_flat: central differences of a row-major field behind pointers.
 * tunembed: family stencils-1d2d
 * tunembed: sizes n=2200 m=2300
 */
void gradient_flat(int n, int m, const float *h, float *hx, float *hy)
{
    for (int j = 1; j < m - 1; j++)
        for (int i = 1; i < n - 1; i++) {
            hx[i * m + j] = 0.5f * (h[i * m + j + 1] - h[i * m + j - 1]);
            hy[i * m + j] = 0.5f * (h[(i + 1) * m + j] - h[(i - 1) * m + j]);
        }
}
