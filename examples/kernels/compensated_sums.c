/* compensated_sums: row sums with Kahan's correction, which must not be moved.
 * tunembed: family reductions-scans
 * tunembed: sizes rows=2000 cols=4000
 */
void compensated_sums(int rows, int cols, const double A[rows][cols],
                      double out[rows])
{
    for (int i = 0; i < rows; i++) {
        double sum = 0.0, lost = 0.0;
        for (int j = 0; j < cols; j++) {
            double y = A[i][j] - lost;
            double t = sum + y;
            lost = (t - sum) - y;
            sum = t;
        }
        out[i] = sum;
    }
}
