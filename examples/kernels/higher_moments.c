/* higher_moments: mean, variance, skewness and kurtosis of each series.
 * tunembed: family reductions-scans
 * tunembed: sizes series=1000 len=20000
 */
#include <math.h>

void higher_moments(int series, int len, const double x[restrict series][len],
                    double out[restrict series][4])
{
    for (int s = 0; s < series; s++) {
        double m1 = 0.0, m2 = 0.0, m3 = 0.0, m4 = 0.0;
        for (int t = 0; t < len; t++)
            m1 += x[s][t];
        m1 /= len;
        for (int t = 0; t < len; t++) {
            double d = x[s][t] - m1;
            m2 += d * d;
            m3 += d * d * d;
            m4 += d * d * d * d;
        }
        m2 = m2 / len + 1e-12;
        out[s][0] = m1;
        out[s][1] = m2;
        out[s][2] = m3 / len / (m2 * sqrt(m2));
        out[s][3] = m4 / len / (m2 * m2);
    }
}
