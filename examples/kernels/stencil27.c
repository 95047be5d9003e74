/* stencil27: 27 point stencil with a table of weights.
 * tunembed: family stencils-3d
 * tunembed: sizes nz=260 ny=250 nx=260
 */
void stencil27(int nz, int ny, int nx, const float w[3][3][3],
               const float in[nz + 2][ny + 2][nx + 2], float out[nz][ny][nx])
{
    for (int k = 0; k < nz; k++)
        for (int j = 0; j < ny; j++)
            for (int i = 0; i < nx; i++) {
                float s = 0.0f;
                for (int c = 0; c < 3; c++)
                    for (int b = 0; b < 3; b++)
                        for (int a = 0; a < 3; a++)
                            s += w[c][b][a] * in[k + c][j + b][i + a];
                out[k][j][i] = s;
            }
}
