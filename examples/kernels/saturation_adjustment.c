/* saturation_adjustment: Newton steps that condense supersaturated vapour.
 * tunembed: family column-physics
 * tunembed: sizes nlev=60 nproma=20000
 */
#include <math.h>

void saturation_adjustment(int nlev, int nproma,
                           double t[restrict nlev][nproma],
                           double qv[restrict nlev][nproma],
                           double qc[restrict nlev][nproma])
{
    const double lv_cp = 2.49;
    for (int k = 0; k < nlev; k++)
        for (int jc = 0; jc < nproma; jc++) {
            double temp = 280.0 + 10.0 * t[k][jc];
            double total = fabs(qv[k][jc]) + fabs(qc[k][jc]);
            double qsat = 0.0;
            for (int it = 0; it < 2; it++) {
                double es =
                    6.11 * exp(17.27 * (temp - 273.16) / (temp - 35.86));
                qsat = 0.05 * es;
                double dq = qsat * 4098.0 / ((temp - 35.86) * (temp - 35.86));
                double excess = fabs(qv[k][jc]) - qsat;
                temp += 0.1 * lv_cp * excess / (1.0 + lv_cp * dq);
            }
            double liquid = total > qsat ? total - qsat : 0.0;
            qc[k][jc] = liquid;
            qv[k][jc] = total - liquid;
            t[k][jc] = (temp - 280.0) / 10.0;
        }
}
