/* count_close: pairs of points that are near each other.
 * tunembed: family reduction
 * tunembed: small n=1050
 * tunembed: medium n=4600
 * tunembed: large n=10000
 */
int count_close(int n, const float x[restrict n], const float y[restrict n])
{
    int found = 0;
#pragma omp parallel for schedule(runtime) reduction(+ : found)
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            float dx = x[i] - x[j], dy = y[i] - y[j];
            found += dx * dx + dy * dy < 0.01f;
        }
    return found;
}
