/* transpose: a matrix transposed, writes down columns.
 * tunembed: family strided
 * tunembed: small n=200
 * tunembed: medium n=880
 * tunembed: large n=1700
 */
void transpose(int n, const float a[restrict n][n], float b[restrict n][n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            b[j][i] = a[i][j];
}
