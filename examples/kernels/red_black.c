/* red_black: Gauss-Seidel sweeps over the two colours of a chequerboard.
 * tunembed: family stencils-time
 * tunembed: sizes sweeps=30 n=900 m=1000
 */
void red_black(int sweeps, int n, int m, const double f[n][m], double p[n][m])
{
    for (int s = 0; s < sweeps; s++)
        for (int colour = 0; colour < 2; colour++)
            for (int i = 1; i < n - 1; i++)
                for (int j = 1 + (i + colour) % 2; j < m - 1; j += 2)
                    p[i][j] = 0.25 * (p[i - 1][j] + p[i + 1][j] + p[i][j - 1] +
                                      p[i][j + 1] - f[i][j]);
}
