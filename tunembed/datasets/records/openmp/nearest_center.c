/* nearest_center: the nearest of k centres for every point.
 * tunembed: family points
 * tunembed: small n=610 k=16 d=8
 * tunembed: medium n=9700 k=16 d=8
 * tunembed: large n=42000 k=16 d=8
 */
void nearest_center(int n, int k, int d, const float x[restrict n][d],
                    const float c[restrict k][d], int label[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        float best = 1e30f;
        for (int j = 0; j < k; j++) {
            float s = 0.0f;
            for (int l = 0; l < d; l++)
                s += (x[i][l] - c[j][l]) * (x[i][l] - c[j][l]);
            if (s < best) {
                best = s;
                label[i] = j;
            }
        }
    }
}
