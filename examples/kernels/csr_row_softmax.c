/* csr_row_softmax: softmax over the stored entries of every sparse row.
 * tunembed: family sparse
 * tunembed: sizes n=100000 nnz=4000000
 */
#include <math.h>

void csr_row_softmax(int n, int nnz, const int rowptr[restrict n + 1],
                     const float score[restrict nnz], float prob[restrict nnz])
{
    for (int i = 0; i < n; i++) {
        float top = 0.0f;
        for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
            top = fmaxf(top, score[k]);
        float sum = 0.0f;
        for (int k = rowptr[i]; k < rowptr[i + 1]; k++) {
            prob[k] = expf(score[k] - top);
            sum += prob[k];
        }
        for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
            prob[k] /= sum;
    }
}
