/* byte_mask: select bytes by a threshold.
 * tunembed: family memory
 * tunembed: small n=110000
 * tunembed: medium n=2200000
 * tunembed: large n=7200000
 */
void byte_mask(int n, const unsigned char in[restrict n],
               unsigned char out[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++)
        out[i] = in[i] > 50 ? in[i] : 0;
}
