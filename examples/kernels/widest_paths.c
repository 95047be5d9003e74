/* widest_paths: greatest capacity of a connection between all pairs of nodes.
 * tunembed: family dynamic-programming
 * tunembed: sizes n=620
 */
#include <math.h>

void widest_paths(int n, float *restrict width)
{
    for (int via = 0; via < n; via++)
        for (int from = 0; from < n; from++)
            for (int to = 0; to < n; to++)
                width[from * n + to] =
                    fmaxf(width[from * n + to],
                          fminf(width[from * n + via], width[via * n + to]));
}
