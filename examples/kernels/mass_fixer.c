/* mass_fixer: clip negative tracers and restore the mass of each column.
 * tunembed: family column-physics
 * tunembed: sizes ntrac=5 nlev=60 nproma=30000
 */
void mass_fixer(int ntrac, int nlev, int nproma, const float dp[nlev][nproma],
                float q[ntrac][nlev][nproma])
{
    for (int n = 0; n < ntrac; n++)
        for (int jc = 0; jc < nproma; jc++) {
            float before = 0.0f, after = 1e-6f;
            for (int k = 0; k < nlev; k++)
                before += (1.0f + dp[k][jc]) * q[n][k][jc];
            for (int k = 0; k < nlev; k++) {
                if (q[n][k][jc] < 0.0f)
                    q[n][k][jc] = 0.0f;
                after += (1.0f + dp[k][jc]) * q[n][k][jc];
            }
            float scale = before > 0.0f ? before / after : 0.0f;
            for (int k = 0; k < nlev; k++)
                q[n][k][jc] *= scale;
        }
}
