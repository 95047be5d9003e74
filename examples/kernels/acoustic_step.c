/* acoustic_step: one leapfrog step of the wave equation, eighth order in space.
 * tunembed: family stencils-3d
 * tunembed: sizes nz=150 ny=160 nx=200
 */
void acoustic_step(int nz, int ny, int nx, float c[5], float vel[nz][ny][nx],
                   float now[nz][ny][nx], float next[nz][ny][nx])
{
    for (int z = 4; z < nz - 4; z++)
        for (int y = 4; y < ny - 4; y++)
            for (int x = 4; x < nx - 4; x++) {
                float lap = 3.0f * c[0] * now[z][y][x];
                for (int r = 1; r <= 4; r++)
                    lap += c[r] * (now[z][y][x - r] + now[z][y][x + r] +
                                   now[z][y - r][x] + now[z][y + r][x] +
                                   now[z - r][y][x] + now[z + r][y][x]);
                next[z][y][x] =
                    2.0f * now[z][y][x] - next[z][y][x] + vel[z][y][x] * lap;
            }
}
