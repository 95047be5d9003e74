/* uneven_tasks: tasks whose costs have a heavy tail.
 * tunembed: family sparse-rows
 * tunembed: small n=1100 cost=66000
 * tunembed: medium n=22000 cost=1320000
 * tunembed: large n=110000 cost=6600000
 * tunembed: fill start offsets:cost
 */
void uneven_tasks(int n, int cost, const int start[restrict n + 1],
                  double y[restrict n])
{
    (void)cost;
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        double s = y[i];
        for (int k = start[i]; k < start[i + 1]; k++)
            s = s * 0.9995 + 0.25;
        y[i] = s;
    }
}
