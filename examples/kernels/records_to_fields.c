/* records_to_fields: array of records to one array per field.
 * tunembed: family layouts
 * tunembed: sizes n=2000000 nfield=8
 */
void records_to_fields(int n, int nfield, const double rec[n][nfield],
                       double field[nfield][n])
{
    for (int f = 0; f < nfield; f++)
        for (int i = 0; i < n; i++)
            field[f][i] = rec[i][f];
}
