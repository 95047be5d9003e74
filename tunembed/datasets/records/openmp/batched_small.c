/* batched_small: many products of 4 x 4 matrices.
 * tunembed: family batched
 * tunembed: small batch=800
 * tunembed: medium batch=12000
 * tunembed: large batch=51000
 */
void batched_small(int batch, const double a[restrict batch][4][4],
                   const double b[restrict batch][4][4],
                   double c[restrict batch][4][4])
{
#pragma omp parallel for schedule(runtime)
    for (int l = 0; l < batch; l++)
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++) {
                double s = 0.0;
                for (int k = 0; k < 4; k++)
                    s += a[l][i][k] * b[l][k][j];
                c[l][i][j] = s;
            }
}
