/* table_lookup: linear interpolation in an equidistant table.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes n=16000000 ntab=1024
 */
void table_lookup(int n, int ntab, const double table[restrict ntab + 1],
                  const double x[restrict n], double y[restrict n])
{
    for (int i = 0; i < n; i++) {
        double s = x[i] > 0.0 ? x[i] * ntab : 0.0;
        int k = s < ntab ? (int)s : ntab - 1;
        double f = s - k;
        y[i] = (1.0 - f) * table[k] + f * table[k + 1];
    }
}
