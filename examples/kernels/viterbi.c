/* viterbi: most likely state scores along many observation sequences.
 * tunembed: family dynamic-programming
 * tunembed: sizes len=160 nstate=128 nseq=24
 */
void viterbi(int len, int nstate, int nseq,
             const double trans[restrict nstate][nstate],
             const double emit[restrict nseq][len][nstate],
             double score[restrict nseq][len][nstate])
{
    for (int q = 0; q < nseq; q++) {
        for (int s = 0; s < nstate; s++)
            score[q][0][s] = emit[q][0][s];
        for (int t = 1; t < len; t++)
            for (int s = 0; s < nstate; s++) {
                double best = -1e300;
                for (int p = 0; p < nstate; p++)
                    if (score[q][t - 1][p] + trans[p][s] > best)
                        best = score[q][t - 1][p] + trans[p][s];
                score[q][t][s] = best + emit[q][t][s];
            }
    }
}
