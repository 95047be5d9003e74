/* sedimentation: rain falls through the levels in several small steps.
 * tunembed: family column-physics
 * tunembed: sizes nsub=5 nlev=80 nproma=24000
 */
void sedimentation(int nsub, int nlev, int nproma, double q[nlev][nproma],
                   double rho[nlev][nproma], double rain[nproma])
{
    for (int jc = 0; jc < nproma; jc++)
        rain[jc] = 0.0;
    for (int s = 0; s < nsub; s++)
        for (int jc = 0; jc < nproma; jc++) {
            double inflow = 0.0;
            for (int k = 0; k < nlev; k++) {
                double speed = 0.3 / (1.0 + rho[k][jc] * rho[k][jc]);
                double out = speed * q[k][jc];
                q[k][jc] += inflow - out;
                inflow = out;
            }
            rain[jc] += inflow;
        }
}
