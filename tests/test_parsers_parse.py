"""Parsing of whole files."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.parsers import find_loop_nests, parse_c

GEMM = """
void gemm(int n, double alpha, double C[n][n], double A[n][n], double B[n][n]) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      for (int k = 0; k < n; k++)
        C[i][j] += alpha * A[i][k] * B[k][j];
}
"""


def test_gemm():
    function = parse_c(GEMM, filename="gemm.c").functions["gemm"]
    (nest,) = find_loop_nests(function)
    assert nest.name == "gemm:0"
    assert [loop.iterator for loop in nest.loops] == ["i", "j", "k"]
    assert nest.depth == 3
    assert nest.is_affine, nest.reasons
    (statement,) = nest.statements
    assert statement.reduction.operator == "+"
    assert str(statement.location) == "gemm.c:6:9"
    texts = [
        access.array + "".join(f"[{s.to_c()}]" for s in access.subscripts)
        for access in statement.accesses
    ]
    assert texts == ["alpha", "A[i][k]", "B[k][j]", "C[i][j]", "C[i][j]"]
    assert [p.name for p in function.parameters] == ["n", "alpha", "C", "A", "B"]
