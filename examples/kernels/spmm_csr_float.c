/* spmm_csr_float: one dot product of a sparse row per output, in float.
 * tunembed: family sparse
 * tunembed: sizes n=12000 m=12000 nnz=480000 width=64
 */
void spmm_csr_float(int n, int m, int nnz, int width,
                    const int rowptr[restrict n + 1],
                    const int col[restrict nnz], const float val[restrict nnz],
                    const float B[restrict m][width],
                    float C[restrict n][width])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < width; j++) {
            float s = 0.0f;
            for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
                s += val[k] * B[col[k]][j];
            C[i][j] = s;
        }
}
