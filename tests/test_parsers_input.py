"""Bad input, old input, and places in the text."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunembed.parsers import (
    CompilerNotFoundError,
    CSyntaxError,
    EmptySourceError,
    FunctionNotFoundError,
    LanguageError,
    Location,
    MissingIncludeError,
    PreprocessorError,
    SourceError,
    find_loop_nests,
    parse_c,
    walk_statements,
)
from tunembed.parsers._positions import find_function
from tunembed.parsers._rewrites import add_implicit_int, replace_asm

BAD = [
    ("", EmptySourceError, "k.c: the file holds no C code"),
    (" /* a */ // b\n", EmptySourceError, "k.c: the file holds no C code"),
    ("int f(void) {\n  int = 3;\n}", CSyntaxError, "k.c:2:3: syntax error"),
    ("int f( {", CSyntaxError, "k.c:1:8: syntax error"),
    ("int f(void) { return 'ab", CSyntaxError, "k.c:1:"),
    ("#if 1\nint x;", CSyntaxError, "unterminated"),
    ("int x;\n#include \"no.h\"\n", MissingIncludeError, 'k.c:2:10: included file "no'),
    ("#error stop here\n", PreprocessorError, "stop here"),
    ('#include "' + "x" * 100_000 + '"\n', PreprocessorError, "k.c:1:"),
    ("\n\ntemplate <class T> T f(T x);", LanguageError, "k.c:3: this is C++ (template"),
    ("#include <iostream>\nint main() { std::cout << 1; }", LanguageError, "k.c:1:"),
    ("class A { public: int x; };", LanguageError, "k.c:1: this is C++"),
    ("int f(int x) { return " + "(" * 3000 + "x" + ")" * 3000 + "; }", CSyntaxError,
     "k.c: the code is nested too deeply"),
    ("#define A(x) x x x x x x x x\n#define B(x) A(A(A(A(x))))\n"
     "int B(B(aaaaaaaaa));", PreprocessorError, "larger than 4 MiB"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "error", "message"), BAD)
def test_bad_input_is_named_with_its_place(text, error, message):
    with pytest.raises(error) as caught:
        parse_c(text, filename="k.c")
    assert message in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert caught.value.location.file == "k.c"


def test_suffix_of_another_language():
    with pytest.raises(LanguageError, match=r"k\.cpp: this is C\+\+"):
        parse_c("int x;", filename="k.cpp")


def test_no_such_function():
    unit = parse_c("void f(void) {} void g(void) {}", filename="k.c")
    assert unit.function("f").name == "f"
    with pytest.raises(FunctionNotFoundError, match="k.c: no function 'h'; .*: f, g"):
        unit.function("h")
    with pytest.raises(LookupError):
        unit.function("h")


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        parse_c(tmp_path / "no.c")


def test_wrong_type():
    with pytest.raises(TypeError, match="must be str, bytes or Path, got int"):
        parse_c(3)


def test_no_compiler(monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(CompilerNotFoundError, match=r"tunembed\[toolchain\]"):
        parse_c("int x;")


def test_function_without_loops():
    unit = parse_c("int f(int n) { return n; } int g(void);")
    assert list(unit.functions) == ["f"]
    assert find_loop_nests(unit.functions["f"]) == []


def test_bytes_paths_includes_and_defines(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "size.h").write_text(
        "#define SIZE (N + 1)\nint helper(void) {}\n"
    )
    (tmp_path / "k.c").write_text(
        '#include "size.h"\nvoid f(double a[SIZE]) { a[N] = 0; } // \u00e9\n'
    )
    unit = parse_c(tmp_path / "k.c", include_dirs=[tmp_path / "sub"], defines=["N=3"])
    assert unit.path == str(tmp_path / "k.c")
    assert unit.functions["f"].parameters[0].shape[0] == 4
    again = parse_c("void f(void) {} // \u00e9".encode("latin-1"))
    assert again.path == "<string>"
    assert "\u00e9" in again.text


def test_locations_point_into_included_files(tmp_path):
    (tmp_path / "body.h").write_text("void f(int n, double *a) {\n  a[0] = 1;\n}\n")
    (tmp_path / "k.c").write_text(
        '\n#include "body.h"\nvoid g(double *a) { a[0] = 2; }'
    )
    unit = parse_c(tmp_path / "k.c")
    (first,) = walk_statements(unit.functions["f"].body)
    (second,) = walk_statements(unit.functions["g"].body)
    assert str(first.location) == f"{tmp_path / 'body.h'}:2:3"
    assert str(second.location) == f"{tmp_path / 'k.c'}:3:21"
    with pytest.raises(FunctionNotFoundError, match="may define it"):
        unit.functions["f"].source_range()


def test_unknown_system_headers_are_empty():
    unit = parse_c(
        "#include <nobody/knows.h>\n#include <this.h>\nvoid f(void) { g(1); }"
    )
    assert list(unit.functions) == ["f"]


LIBRARY = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <stdint.h>
#include <inttypes.h>
#include <stdarg.h>
#include <limits.h>
#include <float.h>
#include <errno.h>
#include <assert.h>
#include <time.h>
#include <sys/time.h>
#include <omp.h>
#include <complex.h>
#include <stdbool.h>
static __inline__ __attribute__((always_inline)) bool odd(int x) { return x & 1; }
__extension__ typedef struct __attribute__((packed)) { char c; } packed;
int sum(int count, ...) {
  va_list list;
  va_start(list, count);
  int total = va_arg(list, int);
  va_end(list);
  return total;
}
void f(int n, double *__restrict x, double complex *z, FILE *out) {
  omp_lock_t lock;
  omp_init_lock(&lock);
  uint64_t big = UINT64_MAX; size_t k = SIZE_MAX;
  double pi = M_PI, inf = INFINITY;
  struct timeval now;
  if (odd(n) == true && x != NULL) fprintf(out, "%" PRIu64 "\\n", big + k);
  for (int i = 0; i < n && i < INT_MAX; i++) z[i] = x[i] * I + DBL_EPSILON + pi + inf;
  assert(n > 0);
#ifndef _OPENMP
#error OpenMP is on
#endif
}
"""


def test_the_library_and_its_extensions():
    unit = parse_c(LIBRARY)
    (nest,) = find_loop_nests(unit.functions["f"])
    assert nest.is_affine
    assert unit.functions["f"].parameters[1].is_restrict


def test_own_bool_is_no_conflict():
    text = "typedef enum { false, true } bool; bool f(bool x) { return !x; }"
    assert parse_c(text).functions["f"].parameters[0].dtype == "enum"


OLD = """
extern count;
add(a, b)
int a, b;
{
  return a + b;
}
main(argc, argv) int argc; char **argv; { int i; for (i = 0; i < argc; i++) count++; }
"""


def test_old_style_functions():
    unit = parse_c(OLD, filename="old.c")
    assert list(unit.functions) == ["add", "main"]
    assert [item.name for item in unit.functions["add"].parameters] == ["a", "b"]
    found = unit.functions["main"].source_range()
    assert unit.text[slice(*found.body)].startswith("{ int i;")
    assert unit.text[slice(*found.definition)].startswith("main(argc, argv) int argc;")


def test_implicit_int_leaves_other_text_alone():
    text = "static int f(int a) { g(a); return 0; } struct s { int x; } y; int z;"
    assert add_implicit_int(text) == text


def test_assembler():
    text = (
        'int g(void) asm("h");\n'
        'void f(void) { asm volatile("a(\\"b\\"" :\n: ); asm("c"); }'
    )
    changed = replace_asm(text)
    assert changed.count("_tunembed_asm()") == 2
    assert changed.count("\n") == text.count("\n")
    assert changed.startswith("int g(void) ;")
    (first, second) = walk_statements(parse_c(text).functions["f"].body)
    assert first.opaque
    assert second.opaque


RANGES = r"""
/* void f(int n) { } */
#define f(x) { x }
void f(int n);
static const char *text = "void f(int n) {";
#define TWICE(body) \
  { body }
static double (*table[])(double) = { 0 };

static inline double
f /* name */ (int n, double (*g)(int))
{
  // a brace } in a comment
  char c = '}', *s = "}\"}";
  #define OTHER }
  if (n) { return g(n); }
  return 0;
}

struct s { int f; } after(void) { return (struct s){ 0 }; }
"""


def test_source_ranges():
    found = find_function(RANGES, "f")
    assert RANGES[slice(*found.name)] == "f"
    assert RANGES[slice(*found.body)].startswith("{\n  // a brace")
    assert RANGES[slice(*found.body)].endswith("return 0;\n}")
    assert RANGES[slice(*found.definition)].startswith("static inline double\nf /*")
    assert find_function(RANGES, "g") is None
    after = find_function(RANGES, "after")
    assert RANGES[slice(*after.definition)].startswith(
        "struct s { int f; } after(void)"
    )


def test_the_definition_nearest_to_the_line_is_taken():
    text = (
        "#ifdef A\nint f(void) { return 1; }\n"
        "#else\nint f(void) { return 2; }\n#endif\n"
    )
    unit = parse_c(text)
    body = slice(*unit.functions["f"].source_range().body)
    assert text[body] == "{ return 2; }"
    unit = parse_c(text, defines=["A"])
    body = slice(*unit.functions["f"].source_range().body)
    assert text[body] == "{ return 1; }"


def test_locations_sort_and_print():
    assert str(Location("k.c", 3, 9)) == "k.c:3:9"
    assert str(Location("k.c", 3)) == "k.c:3"
    assert str(Location("k.c")) == "k.c"
    assert Location("k.c", 2, 9) < Location("k.c", 3, 1)


LONG = [
    "double f(double x) { return " + "+".join(["x"] * 2000) + "; }",
    "void f(int n, double *a) { "
    + "".join(f"for (int i{k} = 0; i{k} < n; i{k}++) " for k in range(60))
    + "a[i0] = 0; }",
    "void f(int n) { " + "if (n) { " * 200 + "n = 1;" + "}" * 200 + "}",
    "void f(int n, double *a) { for (int i = 0; i < n; i++) a["
    + "*".join(["(i + n + 1)"] * 12)
    + "] = 0; }",
    "void f(void) { " + "int x;" * 2000 + "}",
]


@pytest.mark.parametrize("text", LONG)
def test_long_code_ends_in_time(text):
    start = time.monotonic()
    before = sys.getrecursionlimit()
    function = parse_c(text).functions["f"]
    assert function.body is not None
    assert sys.getrecursionlimit() == before
    assert time.monotonic() - start < 20


KERNEL = Path(__file__).parents[1] / "examples" / "kernels" / "gemm.c"
SEED = """
#include <math.h>
void f(int n, int m, double a[n][m], const int *p, double *x) {
  #pragma omp parallel for schedule(static) reduction(+ : x)
  for (int i = 0; i < n; i++) {
    double s = 0.0, *row = x + i * m;
    for (int j = p[i]; j < p[i + 1]; j++) s += a[i][j] * x[p[j]];
    if (s > 0 && i != 3) x[i * m + 2] = sqrt(s); else continue;
    while (s > 1) s /= 2;
    row[1] = s;
  }
}
"""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_code_never_crashes(data):
    text = SEED
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 6)))
        piece = data.draw(
            st.sampled_from(["", "(", ")", "{", "}", ";", "*", "n", "[i]"])
        )
        text = text[:start] + piece + text[end:]
    try:
        unit = parse_c(text, filename="k.c")
    except SourceError as error:
        assert str(error).startswith(str(error.location))
        return
    for function in unit.functions.values():
        for nest in find_loop_nests(function):
            assert nest.is_affine == (nest.reasons == ())
            assert nest.depth >= 1
        assert function.extents.keys() <= {item.name for item in function.parameters}
        assert set(function.index_arrays) <= set(function.extents)
