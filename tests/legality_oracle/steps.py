"""Apply the text of a schedule to an order, step by step."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import copy
import re
from dataclasses import replace
from typing import Any

from legality_oracle.order import Dim, Leaf, Malformed, Order, statements
from legality_oracle.trace import Instance


def apply(order: Order, schedule: str) -> None:
    """Apply every step of ``interchange(j, i); tile(i=4)`` to ``order``."""
    for text in filter(None, (part.strip() for part in schedule.split(";"))):
        match = re.fullmatch(r"(\w+)\((.*)\)", text)
        if match is None or match[1] not in _STEPS:
            raise Malformed(f"no step {text!r}")
        names, options = [], {}
        for part in filter(None, (p.strip() for p in match[2].split(","))):
            name, equals, value = (p.strip() for p in part.partition("="))
            if equals:
                options[name] = value
            else:
                names.append(name)
        _STEPS[match[1]](order, names, options)


def _interchange(order: Order, names: list[str], options: dict[str, str]) -> None:
    if options or len(names) < 2:
        raise Malformed("interchange takes two loops or more")
    if len(names) == 2 and _eager(order, *names):
        return
    old = order.chain(names)
    if len(old) != len(names):
        raise Malformed("the loops are not neighbours")
    body = old[-1].children
    parent, top = order.find(old[0].name)
    order.nest(parent, top, [order.find(name)[1] for name in names], body)


def _eager(order: Order, first: str, second: str) -> bool:
    """Exchange two loops where more follows the inner one; say whether it does."""
    inner, outer = order.find(first)[1], order.find(second)[1]
    if outer.children[0] is not inner or len(outer.children) < 2:
        return False
    rest = outer.children[1:]
    inner.of |= {s: outer.of[s] for node in rest for s in statements(node)}
    parent = order.find(second)[0]
    parent.children[parent.children.index(outer)] = inner
    outer.children, inner.children = inner.children, [*rest, outer]
    return True


def _sizes(options: dict[str, str]) -> dict[str, int]:
    if not options or not all(re.fullmatch(r"[1-9]\d*", v) for v in options.values()):
        raise Malformed("a tile size is a positive integer")
    return {name: int(value) for name, value in options.items()}


def _tiles(order: Order, sizes: dict[str, int]) -> list[Dim]:
    found = []
    for name, size in sizes.items():
        _, dim = order.find(name)
        stretched = {s: (loop, times * size) for s, (loop, times) in dim.of.items()}
        now = replace(dim, skews=[*dim.skews], late={**dim.late}, fixed={**dim.fixed})
        found.append(Dim(f"{name}_t", stretched, over=now, size=size))
    return found


def _tile(order: Order, names: list[str], options: dict[str, str]) -> None:
    if names:
        raise Malformed("tile needs a size for every loop")
    sizes = _sizes(options)
    order.wrap(list(sizes), _tiles(order, sizes))


def _register_tile(order: Order, names: list[str], options: dict[str, str]) -> None:
    sizes = _sizes(options)
    if len(sizes) != 2 or len(names) != 1:
        raise Malformed("register_tile takes two sizes and one loop")
    first, second = sizes
    _tile(order, [], options)
    _interchange(order, [f"{first}_t", f"{second}_t", *names, first, second], {})
    _mark(order, second, "simd")


def _unroll(order: Order, names: list[str], options: dict[str, str]) -> None:
    for name in _sizes(options):
        order.find(name)
    if names:
        raise Malformed("unroll needs a factor")


def _jam(order: Order, names: list[str], options: dict[str, str]) -> None:
    sizes = _sizes(options)
    if names or len(sizes) != 1:
        raise Malformed("unroll_and_jam takes one loop and its factor")
    (name,) = sizes
    _, dim = order.find(name)
    inner = []
    while len(dim.children) == 1 and isinstance(dim.children[0], Dim):
        dim = dim.children[0]
        inner.append(dim.name)
    if "if" in inner or any(isinstance(c, Dim) for c in dim.children):
        raise Malformed("the loops to jam are not perfectly nested")
    _tile(order, [], options)
    if inner:
        _interchange(order, [*inner, name], {})


def _names(node: Any) -> set[str]:
    """Return the statements and the loops of a node."""
    inner = [] if isinstance(node, Leaf) else [node.name, *map(_names, node.children)]
    found = set(statements(node))
    for name in inner:
        found |= {name} if isinstance(name, str) else name
    return found


def _fission(order: Order, names: list[str], options: dict[str, str]) -> None:
    if options or not 1 <= len(names) <= 2:
        raise Malformed("fission takes a loop and perhaps a statement")
    parent, dim = order.find(names[0])
    groups = [[child] for child in dim.children]
    if len(names) == 2:
        cut = [k for k, c in enumerate(dim.children) if names[1] in _names(c)]
        if not cut or not cut[0]:
            raise Malformed(f"nothing before {names[1]!r} to split off")
        groups = [dim.children[: cut[0]], dim.children[cut[0] :]]
    if len(groups) < 2:
        raise Malformed("nothing to distribute")
    place = parent.children.index(dim)
    parent.children[place : place + 1] = new = []
    for group in groups:
        name = order.rename(dim.name) if new else dim.name
        part = Dim(name, {}, group)
        part.of = {s: dim.of[s] for s in statements(part)}
        new.append(part)
        parent.children.insert(place + len(new) - 1, part)


def _fuse(order: Order, names: list[str], options: dict[str, str]) -> None:
    if options or len(names) != 2:
        raise Malformed("fuse takes two loops")
    (parent, first), (other, second) = (order.find(name) for name in names)
    if parent is not other:
        raise Malformed("the loops are not siblings")
    place = parent.children.index(first)
    if parent.children[place + 1 : place + 2] != [second]:
        raise Malformed("the loops are not consecutive")
    steps = {order.signs[loop] for loop, _ in (first.of | second.of).values()}
    if len(steps) > 1:
        raise Malformed("the loops have different steps")
    if first.skews != second.skews or first.admits or second.admits:
        raise Malformed("the oracle fuses no skewed and no cut loops")
    first.of |= second.of
    first.late |= second.late
    first.fixed |= second.fixed
    first.children += second.children
    del parent.children[place + 1]


def _parallel(order: Order, names: list[str], options: dict[str, str]) -> None:
    known = {"schedule", "chunk", "threads", "collapse", "reduction"}
    if len(names) != 1 or options.keys() - known:
        raise Malformed("parallel takes one loop")
    kind = options.get("schedule", '"static"').strip("\"'")
    numbers = [options.get(key, "1") for key in ("chunk", "threads", "collapse")]
    if kind not in ("static", "dynamic", "guided"):
        raise Malformed(f"no schedule {kind!r}")
    if not all(re.fullmatch(r"[1-9]\d*", number) for number in numbers):
        raise Malformed("chunk, threads and collapse are positive integers")
    dim = _mark(order, names[0], "parallel")
    dim.reduction = options.get("reduction") == "true"
    dim.collapse = int(numbers[2])
    inner = dim
    for _ in range(dim.collapse - 1):
        if len(inner.children) != 1 or not getattr(inner.children[0], "of", None):
            raise Malformed("the collapsed loops are not perfectly nested")
        inner = inner.children[0]


def _mark(order: Order, name: str, what: str) -> Dim:
    _, dim = order.find(name)
    dim.parallel = what
    return dim


def _simd(order: Order, names: list[str], options: dict[str, str]) -> None:
    if options or len(names) != 1:
        raise Malformed("simd takes one loop")
    _mark(order, names[0], "simd")


def _pack(order: Order, names: list[str], options: dict[str, str]) -> None:
    if len(names) != 2:
        raise Malformed("pack takes an array and a loop")
    if names[0] not in order.arrays:
        raise Malformed(f"no array {names[0]!r}")
    order.find(names[1])[1].packed.append(names[0])


def _skew(order: Order, names: list[str], options: dict[str, str]) -> None:
    if len(names) != 1:
        raise Malformed("skew takes one loop and factors")
    outer = order.find(names[0])[1]
    for name, factor in _sizes(options).items():
        inner = next((dim for _, dim in order.walk(outer) if dim.name == name), None)
        if inner is None:
            raise Malformed(f"{name!r} is not inside {names[0]!r}")
        inner.skews.append((outer, factor))


def _shift(order: Order, names: list[str], options: dict[str, str]) -> None:
    by = options.get("by", "")
    if not names or len(options) != 1 or not re.fullmatch(r"-?[1-9]\d*", by):
        raise Malformed("shift takes a loop, perhaps a statement, and a number")
    dim = order.find(names[0])[1]
    late = statements(dim)
    if len(names) == 2:
        found = [child for child in dim.children if names[1] in _names(child)]
        late = [name for child in found for name in statements(child)]
    if not late or len(names) > 2:
        raise Malformed(f"no statement {names[1]!r} there")
    for name in late:
        dim.late[name] = dim.late.get(name, 0) + int(by)


def _split(order: Order, names: list[str], options: dict[str, str]) -> None:
    places = [*names[1:], *options]
    if not names or len(places) != 1:
        raise Malformed("split takes a loop and one place")
    parent, dim = order.find(names[0])
    sign = 1 if all(order.signs[s] > 0 for s, _ in dim.of.values()) else -1
    if places[0] == "at":
        if not re.fullmatch(r"-?\d+", options["at"]):
            raise Malformed("the oracle knows no parameters")

        def place(item: Instance) -> int:
            return int(options["at"])
    else:
        outer = order.find(places[0])[1]
        if dim.name not in [inner.name for _, inner in order.walk(outer)]:
            raise Malformed(f"{dim.name!r} is not inside {places[0]!r}")
        offset = int(options.get(places[0], "0"))

        def place(item: Instance) -> int:
            return order.value(outer, item) + offset

    def is_before(item: Instance) -> bool:
        return sign * order.value(dim, item) < sign * place(item)

    again = copy.deepcopy(dim)
    again.name = order.rest_of(dim.name)
    again.admits.append(lambda item: not is_before(item))
    dim.admits.append(is_before)
    parent.children.insert(parent.children.index(dim) + 1, again)


def _sink(order: Order, names: list[str], options: dict[str, str]) -> None:
    if len(names) != 2 or set(options) != {"at"}:
        raise Malformed("sink takes a statement, a loop and an iteration")
    if not re.fullmatch(r"-?\d+", options["at"]):
        raise Malformed("the oracle knows no parameters")
    parent, dim = order.find(names[1])
    place = parent.children.index(dim)
    for other in (place - 1, place + 1):
        node = parent.children[other] if 0 <= other < len(parent.children) else None
        if node is None or names[0] not in statements(node):
            continue
        dim.children = [node, *dim.children] if other < place else [*dim.children, node]
        loop = next(iter(dim.of.values()))
        dim.of |= dict.fromkeys(statements(node), loop)
        dim.fixed |= dict.fromkeys(statements(node), int(options["at"]))
        del parent.children[other]
        return
    raise Malformed(f"{names[0]!r} is no neighbour of {names[1]!r}")


def _reorder(order: Order, names: list[str], options: dict[str, str]) -> None:
    if options or len(names) != 2:
        raise Malformed("reorder takes two loops or statements")
    parent = order.root
    while True:
        places = [
            next((k for k, c in enumerate(parent.children) if name in _names(c)), None)
            for name in names
        ]
        if None in places:
            raise Malformed("they do not stand in one body")
        if places[0] != places[1]:
            break
        parent = parent.children[places[0]]
        if isinstance(parent, Leaf) or parent.name in names:
            raise Malformed("one holds the other")
    first = parent.children.pop(places[0])
    parent.children.insert(places[1] - (places[0] < places[1]), first)


_STEPS = {
    "reorder": _reorder,
    "shift": _shift,
    "sink": _sink,
    "skew": _skew,
    "split": _split,
    "interchange": _interchange,
    "tile": _tile,
    "register_tile": _register_tile,
    "unroll": _unroll,
    "unroll_and_jam": _jam,
    "fission": _fission,
    "fuse": _fuse,
    "parallel": _parallel,
    "simd": _simd,
    "pack": _pack,
}
