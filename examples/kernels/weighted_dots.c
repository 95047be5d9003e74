/* weighted_dots: all weighted inner products of a few long vectors.
 * tunembed: family reductions-scans
 * tunembed: sizes nvec=8 len=400000
 */
void weighted_dots(int nvec, int len, const double v[restrict nvec][len],
                   const double w[restrict len],
                   double out[restrict nvec][nvec])
{
    for (int a = 0; a < nvec; a++)
        for (int b = 0; b < nvec; b++) {
            double s = 0.0;
            for (int i = 0; i < len; i++)
                s += w[i] * v[a][i] * v[b][i];
            out[a][b] = s;
        }
}
