/* embedding_bag: mean of the table rows named by each bag of tokens.
 * tunembed: family neural
 * tunembed: sizes bags=40000 words=30 vocab=50000 dim=64
 */
void embedding_bag(int bags, int words, int vocab, int dim,
                   const int token[restrict bags][words],
                   const float table[restrict vocab][dim],
                   float out[restrict bags][dim])
{
    for (int b = 0; b < bags; b++) {
        for (int d = 0; d < dim; d++)
            out[b][d] = 0.0f;
        for (int w = 0; w < words; w++)
            for (int d = 0; d < dim; d++)
                out[b][d] += table[token[b][w]][d];
        for (int d = 0; d < dim; d++)
            out[b][d] /= words;
    }
}
