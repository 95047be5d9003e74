/* neighbour_top: the largest value among a node's neighbours.
 * tunembed: family sparse-rows
 * tunembed: small n=3500 nnz=105000
 * tunembed: medium n=34000 nnz=1020000
 * tunembed: large n=120000 nnz=3600000
 * tunembed: fill start offsets:nnz
 * tunembed: fill column index:n
 */
void neighbour_top(int n, int nnz, const int start[restrict n + 1],
                   const int column[restrict nnz], const int value[restrict n],
                   int top[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        int t = value[i];
        for (int k = start[i]; k < start[i + 1]; k++)
            t = value[column[k]] > t ? value[column[k]] : t;
        top[i] = t;
    }
}
