"""Random affine loop nests as C text, and random schedules for them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from typing import Any

from hypothesis import strategies as st

_HEAD = """void f(int n, int m, double A[2 * n + 2 * m + 9][2 * n + 2 * m + 9],
       double B[2 * n + 2 * m + 9][2 * n + 2 * m + 9], double x[2 * n + 2 * m + 9],
       double y[2 * n + 2 * m + 9], double *s) {
"""
_UP = ("0; {v} < n", "1; {v} < n", "0; {v} < m", "2; {v} <= m")
_INNER = ("0; {v} <= {o}", "{o}; {v} < n", "{o} + 1; {v} < n", "0; {v} < {o}")
_DOWN = ("n - 1; {v} >= 0", "m; {v} > 1")
_UPDATES = (
    "{w} = 0.5 * {r} + 0.25 * {q};",
    "{w} += 0.5 * {r};",
    "{w} = 0.5 * {w} + 0.25 * {r};",
    "{w} = {r} - {q};",
    "s[0] += 0.5 * {r};",
)


@st.composite
def subscripts(draw: Any, iterators: list[str]) -> str:
    """Return an affine subscript within the arrays."""
    form = draw(
        st.sampled_from(
            [
                "{a}",
                "{a}",
                "{a} + {c}",
                "{a} + {b}",
                "2 * {a}",
                "{a} - {b} + n + m",
                "{a} + n",
                "{c}",
            ]
        )
    )
    names = st.sampled_from(iterators)
    return form.format(a=draw(names), b=draw(names), c=draw(st.integers(1, 3)))


@st.composite
def places(draw: Any, iterators: list[str]) -> str:
    """Return an array element."""
    array = draw(st.sampled_from(["A", "A", "B", "x", "y"]))
    count = 2 if array in "AB" else 1
    return array + "".join(f"[{draw(subscripts(iterators))}]" for _ in range(count))


@st.composite
def statements(draw: Any, iterators: list[str]) -> str:
    """Return one statement, perhaps guarded or with a temporary of its own."""
    element = places(iterators)
    update = draw(st.sampled_from(_UPDATES))
    text = update.format(w=draw(element), r=draw(element), q=draw(element))
    extra = draw(st.sampled_from(["", "", "", "guard", "temporary"]))
    if extra == "guard":
        left, right = iterators[-1], draw(st.sampled_from([*iterators, "1", "n - 2"]))
        return f"if ({left} {draw(st.sampled_from(['<', '>=']))} {right}) {text}"
    if extra == "temporary":
        value = draw(element)
        return f"{{ double t = 0.5 * {value}; {draw(element)} = t * t + 0.25; }}"
    return text


@st.composite
def loops(draw: Any, outer: list[str], depth: int) -> str:
    """Return a loop with everything in it."""
    name = "ijk"[len(outer)]
    headers = list(_UP) + list(_DOWN)
    if outer:
        headers += [*_INNER, *_INNER]
    header = draw(st.sampled_from(headers)).format(v=name, o=outer[-1] if outer else "")
    step = draw(st.sampled_from([1, 1, 1, 2]))
    update = f"{name} {'-' if '>' in header else '+'}= {step}"
    iterators = [*outer, name]
    if depth > 1:
        shape = draw(st.sampled_from(["L", "L", "L", "sL", "Ls", "LL"]))
    else:
        shape = draw(st.sampled_from(["s", "s", "ss"]))
    body = [
        draw(loops(iterators, depth - 1) if part == "L" else statements(iterators))
        for part in shape
    ]
    return f"for (int {name} = {header}; {update}) {{\n" + "\n".join(body) + "\n}"


@st.composite
def nests(draw: Any) -> str:
    """Return a C file with one function ``f`` of one or two random nests."""
    depth = draw(st.integers(1, 3))
    count = draw(st.sampled_from([1, 1, 2]))
    body = "\n".join(draw(loops([], depth)) for _ in range(count))
    return f"{_HEAD}{body}\n}}\n"


def loop_names(text: str) -> list[str]:
    """Names of the loops of a nest, as schedules call them."""
    seen: dict[str, int] = {}
    names = []
    for name in re.findall(r"for \(int (\w)", text):
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


@st.composite
def steps(draw: Any, names: list[str]) -> str:
    """Return one step over some of the named loops."""
    one = st.sampled_from(names)
    some = st.lists(one, min_size=1, max_size=3, unique=True)
    size = st.integers(2, 5)
    kind = draw(
        st.sampled_from(
            [
                "interchange",
                "interchange",
                "tile",
                "tile",
                "unroll",
                "unroll_and_jam",
                "fission",
                "fuse",
                "parallel",
                "parallel",
                "simd",
                "register_tile",
                "pack",
                "reorder",
                "shift",
                "sink",
                "skew",
                "split",
            ]
        )
    )
    if kind == "interchange":
        return f"interchange({', '.join(draw(some))})"
    if kind == "tile":
        return f"tile({', '.join(f'{name}={draw(size)}' for name in draw(some))})"
    if kind in ("unroll", "unroll_and_jam"):
        return f"{kind}({draw(one)}={draw(size)})"
    if kind == "fission":
        return f"fission({draw(one)})"
    if kind == "skew":
        return f"skew({draw(one)}, {draw(one)}={draw(st.integers(1, 2))})"
    if kind == "shift":
        statement = f"S{draw(st.integers(0, 3))}"
        what = draw(st.sampled_from([f", {statement}", f", {draw(one)}", ""]))
        return f"shift({draw(one)}{what}, by={draw(st.sampled_from([-1, 1]))})"
    if kind == "sink":
        statement = f"S{draw(st.integers(0, 3))}"
        return f"sink({statement}, {draw(one)}, at={draw(st.integers(-1, 2))})"
    if kind == "split":
        place = draw(st.sampled_from(["at", *names]))
        return f"split({draw(one)}, {place}={draw(size)})"
    if kind == "reorder":
        part = st.one_of(one, st.integers(0, 3).map("S{}".format))
        return f"reorder({draw(part)}, {draw(part)})"
    if kind == "fuse":
        return f"fuse({draw(one)}, {draw(one)})"
    if kind == "register_tile":
        a, b, c = (draw(one) for _ in range(3))
        return f"register_tile({a}={draw(size)}, {b}={draw(size)}, {c})"
    if kind == "pack":
        return f"pack({draw(st.sampled_from('ABxy'))}, {draw(one)})"
    extra = ""
    if kind == "parallel":
        choices = ["", ", reduction=true", ", collapse=2", ', schedule="dynamic"']
        extra = draw(st.sampled_from(choices))
    return f"{kind}({draw(one)}{extra})"


@st.composite
def schedules(draw: Any, text: str) -> str:
    """Return one to three steps for a nest."""
    names = loop_names(text)
    tiled = [f"{name}_{letter}" for name in names for letter in "tr"]
    first = draw(steps(names))
    rest = draw(st.lists(steps([*names, *tiled]), max_size=2))
    return "; ".join([first, *rest])
