/* linear_relu: Y = max(X * W^T + bias, 0), a fully connected layer.
 * tunembed: family dense-products
 * tunembed: sizes batch=256 nin=768 nout=512
 */
void linear_relu(int batch, int nin, int nout, const float *restrict X,
                 const float *restrict W, const float *restrict bias,
                 float *restrict Y)
{
    for (int b = 0; b < batch; b++) {
        for (int o = 0; o < nout; o++) {
            float acc = bias[o];
            for (int i = 0; i < nin; i++)
                acc += X[b * nin + i] * W[o * nin + i];
            Y[b * nout + o] = acc > 0.0f ? acc : 0.0f;
        }
    }
}
