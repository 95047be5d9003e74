/* maxwell_line: one electric and one magnetic field on a staggered line.
 * tunembed: family stencils-time
 * tunembed: sizes steps=250 n=300000
 */
void maxwell_line(int steps, int n, double e[restrict n + 1],
                  double h[restrict n], const double eps[restrict n + 1])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++)
            h[i] += 0.5 * (e[i + 1] - e[i]);
        for (int i = 1; i < n; i++)
            e[i] += 0.5 * (h[i] - h[i - 1]) / (1.0 + eps[i] * eps[i]);
    }
}
