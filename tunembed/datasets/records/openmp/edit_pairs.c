/* edit_pairs: edit distances of many pairs of words.
 * tunembed: family blocks
 * tunembed: small pairs=24
 * tunembed: medium pairs=680
 * tunembed: large pairs=4100
 */
void edit_pairs(int pairs, const int a[restrict pairs][20],
                const int b[restrict pairs][20], int d[restrict pairs])
{
#pragma omp parallel for schedule(runtime)
    for (int p = 0; p < pairs; p++) {
        int row[21];
        for (int j = 0; j <= 20; j++)
            row[j] = j;
        for (int i = 0; i < 20; i++) {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < 20; j++) {
                int skip = row[j] < row[j + 1] ? row[j] : row[j + 1];
                int swap = diagonal + (a[p][i] % 8 != b[p][j] % 8);
                diagonal = row[j + 1];
                row[j + 1] = swap < skip + 1 ? swap : skip + 1;
            }
        }
        d[p] = row[20];
    }
}
