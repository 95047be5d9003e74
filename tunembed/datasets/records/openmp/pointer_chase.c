/* pointer_chase: short walks along a random permutation of links.
 * tunembed: family indirect
 * tunembed: small n=18000
 * tunembed: medium n=110000
 * tunembed: large n=300000
 * tunembed: fill next index:n
 */
void pointer_chase(int n, const int next[restrict n], int end[restrict n])
{
#pragma omp parallel for schedule(runtime)
    for (int i = 0; i < n; i++) {
        int at = i;
        for (int k = 0; k < 8; k++)
            at = next[at];
        end[i] = at;
    }
}
