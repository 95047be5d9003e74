/* edge_exchange: antisymmetric fluxes along the edges of a mesh.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes nedge=7000000 nnode=400000
 */
void edge_exchange(int nedge, int nnode, const int from[restrict nedge],
                   const int to[restrict nedge],
                   const double cond[restrict nedge],
                   const double u[restrict nnode], double rate[restrict nnode])
{
    for (int v = 0; v < nnode; v++)
        rate[v] = 0.0;
    for (int e = 0; e < nedge; e++) {
        double f = cond[e] * (u[to[e]] - u[from[e]]);
        rate[from[e]] += f;
        rate[to[e]] -= f;
    }
}
