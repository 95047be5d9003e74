/* interpolate: four neighbours in a table, weighted.
 * tunembed: family indirect
 * tunembed: small n=29000 m=200
 * tunembed: medium n=450000 m=200
 * tunembed: large n=2000000 m=200
 * tunembed: fill row index:m
 * tunembed: fill col index:m
 */
void interpolate(int n, int m, const int row[restrict n], const int col[restrict n],
                 const float u[restrict n], const float table[restrict m + 1][m + 1],
                 float y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        const float *p = &table[row[i]][col[i]], *q = &table[row[i] + 1][col[i]];
        y[i] = (1.0f - u[i]) * ((1.0f - u[i]) * p[0] + u[i] * p[1]) +
               u[i] * ((1.0f - u[i]) * q[0] + u[i] * q[1]);
    }
}
