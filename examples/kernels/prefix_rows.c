/* prefix_rows: running sums along every row.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=5200 cols=4000 lda=4016 ldp=4016
 */
void prefix_rows(int rows, int cols, int lda, int ldp, const double *A,
                 double *P)
{
    for (int i = 0; i < rows; i++) {
        double run = 0.0;
        for (int j = 0; j < cols; j++) {
            run += A[i * lda + j];
            P[i * ldp + j] = run;
        }
    }
}
