/* mandelbrot: how soon points escape: most work in the middle rows.
 * tunembed: family data-dependent
 * tunembed: small n=28
 * tunembed: medium n=120
 * tunembed: large n=270
 */
void mandelbrot(int n, int steps[restrict n][n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double cx = 3.0 * j / n - 2.0, cy = 2.4 * i / n - 1.2, x = 0.0, y = 0.0;
            int k = 0;
            for (; k < 100 && x * x + y * y < 4.0; k++) {
                double t = x * x - y * y + cx;
                y = 2.0 * x * y + cy;
                x = t;
            }
            steps[i][j] = k;
        }
}
