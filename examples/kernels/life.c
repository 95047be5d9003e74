/* life: generations of Conway's game of life on an open board.
 * tunembed: family stencils-time
 * tunembed: sizes generations=30 n=1500 m=1600
 */
void life(int generations, int n, int m, int cell[n][m], int next[n][m])
{
    for (int g = 0; g < generations; g++) {
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++) {
                int alive = cell[i - 1][j - 1] + cell[i - 1][j] +
                            cell[i - 1][j + 1] + cell[i][j - 1] +
                            cell[i][j + 1] + cell[i + 1][j - 1] +
                            cell[i + 1][j] + cell[i + 1][j + 1];
                next[i][j] = alive == 3 || (alive == 2 && cell[i][j] == 1);
            }
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                cell[i][j] = next[i][j];
    }
}
