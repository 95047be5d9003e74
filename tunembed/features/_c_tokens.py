"""C as words: tokens or whole statements without names and exact numbers."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from collections.abc import Collection, Iterator

from tunembed.features._known_callees import known_callee
from tunembed.features._magnitude import c_magnitude

_TOKEN = re.compile(
    r"""
    /\*.*?\*/ | //[^\n]*                                # comments
    | ^[ \t]*\#[ \t]*(?P<line>(?:/\*.*?\*/|[^\n])*)     # the preprocessor's
    | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*")
    | (?P<character>[uUL]?'(?:\\.|[^'\\\n])*')
    | (?P<number>\.?\d(?:[eEpP][-+]|[\w.'])*)
    | (?P<called>[A-Za-z_$][\w$]*)(?=\s*\()
    | (?P<word>[A-Za-z_$][\w$]*)
    | (?P<sign><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|&&|\|\||[-+*/%&|^<>=!]=|[^\s\w])
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_KEYWORDS = frozenset(
    "alignas alignof auto bool break case char complex const constexpr continue "
    "default do double else enum extern false float for goto if inline int long "
    "nullptr register restrict return short signed sizeof static static_assert struct "
    "switch thread_local true typedef typeof union unsigned void volatile while "
    "NULL FILE size_t ssize_t ptrdiff_t intptr_t uintptr_t "
    "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t".split()
)
_SPELLINGS = {
    "_Bool": "bool",
    "_Complex": "complex",
    "_Alignas": "alignas",
    "_Alignof": "alignof",
    "_Static_assert": "static_assert",
    "_Thread_local": "thread_local",
    **{f"__{word}": word for word in ("inline", "restrict", "const", "volatile")},
    **{f"__{word}__": word for word in ("inline", "restrict", "const", "volatile")},
}
_PRAGMA_WORDS = frozenset(
    "omp GCC clang acc STDC ivdep vector novector unroll nounroll unroll_and_jam "
    "nounroll_and_jam simd loop once vectorize interleave enable disable assume_safety "
    "vectorize_width interleave_count unroll_count distribute pipeline "
    "parallel for sections section single master masked critical atomic barrier task "
    "taskloop taskwait taskgroup taskyield flush ordered cancel cancellation point "
    "threadprivate target data enter exit update teams scope declare variant reduction "
    "mapper requires allocate scan tile metadirective begin end kernels serial gang "
    "worker independent copyin copyout copy create present private firstprivate "
    "lastprivate shared default none schedule static dynamic guided auto runtime "
    "monotonic nonmonotonic collapse nowait num_threads proc_bind close spread primary "
    "if final untied mergeable depend in out inout source sink priority grainsize "
    "num_tasks nogroup safelen simdlen linear aligned nontemporal inbranch notinbranch "
    "uniform map to from tofrom alloc release delete device num_teams thread_limit "
    "dist_schedule defaultmap is_device_ptr use_device_ptr copyprivate read write "
    "capture compare seq_cst acq_rel acquire relaxed hint order concurrent bind thread "
    "min max partial full sizes inscan inclusive exclusive".split()
)
_DIRECTIVE_END = "\n"


def c_tokens(text: str, defined: Collection[str] = ()) -> list[str]:
    """Return C as words.

    Parameters
    ----------
    text : str
        Not preprocessed; comments and all directives but pragmas are left out.
    defined : collection of str
        Names that the program itself defines.

    Returns
    -------
    list of str
        Keywords, operators, words of pragmas and names of known functions as they are;
        ``"ID"``, ``"STR"`` and ``"CHR"`` for names and literals, magnitudes of numbers.
    """
    return [word for word in _words(text, defined) if word != _DIRECTIVE_END]


def c_statements(text: str, defined: Collection[str] = ()) -> list[str]:
    """Return C as statements: the words between ``;``, ``{`` and ``}``.

    Parameters
    ----------
    text : str
    defined : collection of str

    Returns
    -------
    list of str
        ``"for ( int ID = <0> ; ID < ID ; ID ++ )"``, ``"ID [ ID ] += ID"``,
        ``"#pragma omp parallel for"``.
    """
    found: list[str] = []
    words: list[str] = []
    depth = 0
    for word in _words(text, defined):
        depth += (word == "(") - (word == ")")
        opens = word == "#pragma"
        if opens or word in "{}\n" or (word == ";" and depth <= 0):
            if words:
                found.append(" ".join(words))
            words, depth = (["#pragma"] if opens else []), 0
        else:
            words.append(word)
    return [*found, " ".join(words)] if words else found


def _words(text: str, defined: Collection[str]) -> Iterator[str]:
    for found in _TOKEN.finditer(text.replace("\\\n", " ")):
        kind = found.lastgroup
        if kind == "line":
            yield from _pragma(found["line"])
        elif kind is not None:
            yield _word(kind, found[kind], defined)


def _word(kind: str, text: str, defined: Collection[str]) -> str:
    if kind == "sign":
        return text
    if kind == "number":
        return c_magnitude(text) or "NUM"
    if kind in ("string", "character"):
        return "STR" if kind == "string" else "CHR"
    text = _SPELLINGS.get(text, text)
    if text in _KEYWORDS:
        return text
    is_known = kind == "called" and text not in defined
    return known_callee(text) or "ID" if is_known else "ID"


def _pragma(line: str) -> Iterator[str]:
    """Yield the words of a pragma, and what ends its line."""
    name, _, rest = line.partition("pragma")
    if name.strip() or not rest:
        return
    yield "#pragma"
    for found in _TOKEN.finditer(rest):
        kind = found.lastgroup
        if kind in ("word", "called") and found[kind] in _PRAGMA_WORDS:
            yield found[kind]
        elif kind is not None:
            yield _word(kind, found[kind], ())
    yield _DIRECTIVE_END
