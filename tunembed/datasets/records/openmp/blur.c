/* blur: an image through a 7 x 7 filter.
 * tunembed: family stencil
 * tunembed: small n=180
 * tunembed: medium n=760
 * tunembed: large n=1700
 */
void blur(int n, const float w[restrict 7][7], const float a[restrict n + 6][n + 6],
          float b[restrict n][n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            float s = 0.0f;
            for (int k = 0; k < 7; k++)
                for (int l = 0; l < 7; l++)
                    s += w[k][l] * a[i + k][j + l];
            b[i][j] = s;
        }
}
