/* widest_paths: bottleneck capacity between all pairs of vertices.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=420 ldcap=432
 */
void widest_paths(int n, int ldcap, double *cap)
{
    for (int k = 0; k < n; k++)
        for (int j = 0; j < n; j++)
            for (int i = 0; i < n; i++) {
                double via = cap[i * ldcap + k] < cap[k * ldcap + j]
                                 ? cap[i * ldcap + k]
                                 : cap[k * ldcap + j];
                if (via > cap[i * ldcap + j])
                    cap[i * ldcap + j] = via;
            }
}
