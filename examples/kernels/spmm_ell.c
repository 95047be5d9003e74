/* spmm_ell: C = A * B with A in padded rows, B dense and column-first loops.
 * tunembed: family sparse
 * tunembed: sizes n=8000 m=8000 slots=20 width=96
 */
void spmm_ell(int n, int m, int slots, int width, const int col[n][slots],
              const double val[n][slots], const double B[m][width],
              double C[n][width])
{
    for (int j = 0; j < width; j++)
        for (int i = 0; i < n; i++) {
            double s = 0.0;
            for (int k = 0; k < slots; k++)
                s += val[i][k] * B[col[i][k]][j];
            C[i][j] = s;
        }
}
