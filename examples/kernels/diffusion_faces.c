/* diffusion_faces: diffusion with a conductivity on every cell face.
 * tunembed: family stencils-1d2d
 * tunembed: sizes n=3400 m=3500
 */
void diffusion_faces(int n, int m, double u[n + 2][m + 2], double kx[n][m + 1],
                     double ky[n + 1][m], double out[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            double west = kx[i][j] * (u[i + 1][j] - u[i + 1][j + 1]);
            double east = kx[i][j + 1] * (u[i + 1][j + 2] - u[i + 1][j + 1]);
            double north = ky[i][j] * (u[i][j + 1] - u[i + 1][j + 1]);
            double south = ky[i + 1][j] * (u[i + 2][j + 1] - u[i + 1][j + 1]);
            out[i][j] = west + east + north + south;
        }
}
