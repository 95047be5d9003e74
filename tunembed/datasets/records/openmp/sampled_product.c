/* sampled_product: products of rows and columns where a pattern has an entry.
 * tunembed: family sparse-rows
 * tunembed: small n=690 nnz=6900 d=32
 * tunembed: medium n=6600 nnz=66000 d=32
 * tunembed: large n=22000 nnz=220000 d=32
 * tunembed: fill start offsets:nnz
 * tunembed: fill column index:n
 */
void sampled_product(int n, int nnz, int d, const int start[restrict n + 1],
                     const int column[restrict nnz], const float a[restrict n][d],
                     const float b[restrict n][d], float out[restrict nnz])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        for (int k = start[i]; k < start[i + 1]; k++) {
            float s = 0.0f;
            for (int l = 0; l < d; l++)
                s += a[i][l] * b[column[k]][l];
            out[k] = s;
        }
}
