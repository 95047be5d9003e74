/* tensor_mode2: contract the middle index of a 3-way tensor with a matrix.
 * tunembed: family dense-products
 * tunembed: sizes na=90 nb=100 nc=80 nd=110
 */
void tensor_mode2(int na, int nb, int nc, int nd, double *restrict T,
                  double *restrict M, double *restrict R)
{
    for (int a = 0; a < na; a++)
        for (int b = 0; b < nb; b++)
            for (int d = 0; d < nd; d++) {
                double v = 0.0;
                for (int c = 0; c < nc; c++)
                    v += T[(a * nc + c) * nb + b] * M[d * nc + c];
                R[(a * nd + d) * nb + b] = v;
            }
}
