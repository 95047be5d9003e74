/* triangle_product: C = L * U for a lower and an upper triangle.
 * tunembed: family dense-triangular
 * tunembed: sizes n=560 ldl=576 ldu=576 ldc=576
 */
void triangle_product(int n, int ldl, int ldu, int ldc, double *L, double *U,
                      double *C)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            C[i * ldc + j] = 0.0;
            for (int k = 0; k <= i && k <= j; k++)
                C[i * ldc + j] += L[i * ldl + k] * U[k * ldu + j];
        }
}
