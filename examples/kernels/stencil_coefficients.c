/* stencil_coefficients: 5 by 5 stencil whose weights come in an array.
 * tunembed: family stencils-1d2d
 * tunembed: sizes n=3000 m=3200
 */
void stencil_coefficients(int n, int m, const double w[restrict 5][5],
                          const double in[restrict n + 4][m + 4],
                          double out[restrict n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            out[i][j] = 0.0;
            for (int a = 0; a < 5; a++)
                for (int b = 0; b < 5; b++)
                    out[i][j] += w[a][b] * in[i + a][j + b];
        }
}
