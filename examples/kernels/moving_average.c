/* moving_average: windowed mean of many series, summed anew at each place.
 * tunembed: family reductions-scans
 * tunembed: sizes series=64 len=20000 window=48
 */
void moving_average(int series, int len, int window, const double *x, double *y)
{
    for (int s = 0; s < series; s++)
        for (int t = 0; t < len; t++) {
            double sum = 0.0;
            for (int k = 0; k < window; k++)
                sum += x[s * (len + window) + t + k];
            y[s * len + t] = sum / window;
        }
}
