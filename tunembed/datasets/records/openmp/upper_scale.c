/* upper_scale: the upper triangle scaled: early rows take longer.
 * tunembed: family triangle
 * tunembed: small n=340
 * tunembed: medium n=1500
 * tunembed: large n=2800
 */
void upper_scale(int n, const double d[restrict n], double a[restrict n][n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++)
            a[i][j] *= d[i] * d[j];
}
