/* vertical_diffusion: implicit diffusion, each column contiguous in memory.
 * tunembed: family column-physics
 * tunembed: sizes ncol=40000 nlev=80
 */
void vertical_diffusion(int ncol, int nlev, const double k[ncol][nlev + 1],
                        double q[ncol][nlev], double c[nlev])
{
    for (int jc = 0; jc < ncol; jc++) {
        double below = k[jc][1] * k[jc][1];
        double den = 1.0 + below;
        c[0] = -below / den;
        q[jc][0] /= den;
        for (int l = 1; l < nlev; l++) {
            double above = below;
            below = k[jc][l + 1] * k[jc][l + 1];
            den = 1.0 + above + below + above * c[l - 1];
            c[l] = -below / den;
            q[jc][l] = (q[jc][l] + above * q[jc][l - 1]) / den;
        }
        for (int l = nlev - 2; l >= 0; l--)
            q[jc][l] -= c[l] * q[jc][l + 1];
    }
}
