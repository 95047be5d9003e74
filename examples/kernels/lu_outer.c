/* lu_outer: LU by rank-one updates of the trailing matrix, flat storage.
 * tunembed: family dense-triangular
 * tunembed: sizes n=900
 */
void lu_outer(int n, float *restrict a)
{
    for (int i = 0; i < n; i++)
        a[i * n + i] += n;
    for (int k = 0; k < n; k++) {
        for (int i = k + 1; i < n; i++)
            a[i * n + k] /= a[k * n + k];
        for (int i = k + 1; i < n; i++)
            for (int j = k + 1; j < n; j++)
                a[i * n + j] -= a[i * n + k] * a[k * n + j];
    }
}
