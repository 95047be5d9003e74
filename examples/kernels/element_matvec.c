/* element_matvec: unassembled finite elements applied to a nodal vector.
 * tunembed: family histogram-gather-scatter
 * tunembed: sizes nelem=1400000 nnode=600000
 */
void element_matvec(int nelem, int nnode, const int node[nelem][4],
                    const double ke[nelem][4][4], const double u[nnode],
                    double r[nnode])
{
    for (int i = 0; i < nnode; i++)
        r[i] = 0.0;
    for (int e = 0; e < nelem; e++)
        for (int a = 0; a < 4; a++)
            for (int b = 0; b < 4; b++)
                r[node[e][a]] += ke[e][a][b] * u[node[e][b]];
}
