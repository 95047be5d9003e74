/* gather: values from random places.
 * tunembed: family indirect
 * tunembed: small n=37000 m=74000
 * tunembed: medium n=410000 m=820000
 * tunembed: large n=1500000 m=3000000
 * tunembed: fill place index:m
 */
void gather(int n, int m, const int place[restrict n], const double x[restrict m],
            double y[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        y[i] = x[place[i]];
}
