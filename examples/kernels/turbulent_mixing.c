/* turbulent_mixing: implicit diffusion of several tracers, levels outermost.
 * tunembed: family column-physics
 * tunembed: sizes ntrac=6 nlev=60 nproma=6000
 */
void turbulent_mixing(int ntrac, int nlev, int nproma,
                      const double kh[nlev + 1][nproma],
                      double tr[ntrac][nlev][nproma], double c[nlev][nproma],
                      double r[nlev][nproma])
{
    for (int jc = 0; jc < nproma; jc++) {
        double lower = kh[1][jc] * kh[1][jc];
        r[0][jc] = 1.0 / (1.0 + lower);
        c[0][jc] = lower * r[0][jc];
        for (int l = 1; l < nlev; l++) {
            double upper = lower;
            lower = kh[l + 1][jc] * kh[l + 1][jc];
            r[l][jc] = 1.0 / (1.0 + lower + upper * (1.0 - c[l - 1][jc]));
            c[l][jc] = lower * r[l][jc];
        }
    }
    for (int n = 0; n < ntrac; n++)
        for (int jc = 0; jc < nproma; jc++) {
            tr[n][0][jc] *= r[0][jc];
            for (int l = 1; l < nlev; l++)
                tr[n][l][jc] =
                    (tr[n][l][jc] + kh[l][jc] * kh[l][jc] * tr[n][l - 1][jc]) *
                    r[l][jc];
            for (int l = nlev - 2; l >= 0; l--)
                tr[n][l][jc] += c[l][jc] * tr[n][l + 1][jc];
        }
}
