/* spmv_ell: y = A * x, padded rows stored one entry of all rows at a time.
 * tunembed: family sparse
 * tunembed: sizes n=500000 m=500000 slots=10
 */
void spmv_ell(int n, int m, int slots, int col[slots][n], double val[slots][n],
              double x[m], double y[n])
{
    for (int i = 0; i < n; i++) {
        y[i] = 0.0;
        for (int s = 0; s < slots; s++)
            y[i] += val[s][i] * x[col[s][i]];
    }
}
