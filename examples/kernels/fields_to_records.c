/* fields_to_records: one array per field back to an array of records.
 * tunembed: family layouts
 * tunembed: sizes n=2400000 nfield=8
 */
void fields_to_records(int n, int nfield, const float *field, float *rec)
{
    for (int f = 0; f < nfield; f++)
        for (int i = 0; i < n; i++)
            rec[i * nfield + f] = field[f * n + i];
}
