/* batched_factor: LU factors of many 12 x 12 matrices.
 * tunembed: family batched
 * tunembed: small batch=190
 * tunembed: medium batch=3700
 * tunembed: large batch=18000
 */
void batched_factor(int batch, const double a[restrict batch][12][12],
                    double f[restrict batch][12][12])
{
#pragma omp parallel for schedule(runtime)
    for (int l = 0; l < batch; l++) {
        for (int i = 0; i < 12; i++)
            for (int j = 0; j < 12; j++)
                f[l][i][j] = a[l][i][j] + (i == j ? 12.0 : 0.0);
        for (int k = 0; k < 12; k++)
            for (int i = k + 1; i < 12; i++) {
                double r = f[l][i][k] / f[l][k][k];
                for (int j = k; j < 12; j++)
                    f[l][i][j] -= r * f[l][k][j];
            }
    }
}
