"""What a piece of code may change."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from dataclasses import dataclass, field

from pycparser import c_ast

from tunembed.parsers._trees import base_name, first_name, path_of

_FIELD = re.compile(r"(?:->|\.)(\w+)$")
_STEP = ("++", "--", "p++", "p--")


@dataclass(eq=False)
class Writes:
    """What a piece of code may change.

    Attributes
    ----------
    counts : dict of str to int
        How often each variable, array or member path is the target of a write.
    whole : dict of str to int
        How often each variable itself is assigned or initialised.
    assigned : frozenset of str
        Those of them that are assigned as a whole, declarations apart.
    addressed : set of str
        Variables whose address is taken.
    unknown_calls : tuple of str
        Functions called that may change anything they can reach.
    passed : set of str
        Arrays given to such functions.
    iterators : frozenset of str
        Variables that loop headers set, those apart that they declare.
    node : pycparser node or None
        The code.
    """

    counts: dict[str, int] = field(default_factory=dict)
    whole: dict[str, int] = field(default_factory=dict)
    assigned: frozenset[str] = frozenset()
    addressed: set[str] = field(default_factory=set)
    unknown_calls: tuple[str, ...] = ()
    passed: set[str] = field(default_factory=set)
    iterators: frozenset[str] = frozenset()
    node: c_ast.Node | None = None

    def changes(self, name: str) -> bool:
        """Whether a variable, or a member given by its path, may change."""
        base = first_name(name)
        if base in self.addressed or base in self.passed:
            return True
        field_of = _FIELD.search(name)
        return any(
            name == written
            or _begins(name, written)
            or _begins(written, name)
            or (field_of is not None and _same_field(written, field_of[1]))
            for written in self.counts
        )


def _begins(path: str, start: str) -> bool:
    return path.startswith((f"{start}.", f"{start}->"))


def _same_field(path: str, name: str) -> bool:
    found = _FIELD.search(path)
    return found is not None and found[1] == name


def find_writes(
    node: c_ast.Node | None,
    pure: frozenset[str],
    known: dict[int, Writes] | None = None,
) -> Writes:
    """Collect what the code under a node may change.

    Parameters
    ----------
    node : pycparser node or None
    pure : frozenset of str
        Functions that change nothing.
    known : dict of int to Writes, optional
        Results for loops by their identity; used, and filled.

    Returns
    -------
    Writes
    """
    known = {} if known is None else known
    if node is not None and id(node) in known:
        return known[id(node)]
    writes = Writes(node=node)
    stack = [] if node is None else [node]
    while stack:
        item = stack.pop()
        if isinstance(item, c_ast.For) and item is not node:
            _merge(writes, find_writes(item, pure, known))
            continue
        _add_writes(writes, item, pure)
        if isinstance(item, c_ast.StructRef):
            stack.append(item.name)
        elif not isinstance(item, c_ast.ID):
            stack.extend([*item][::-1])
    if node is not None:
        known[id(node)] = writes
    return writes


def _merge(writes: Writes, other: Writes) -> None:
    for mine, theirs in ((writes.counts, other.counts), (writes.whole, other.whole)):
        for name, count in theirs.items():
            mine[name] = mine.get(name, 0) + count
    writes.assigned |= other.assigned
    writes.iterators |= other.iterators
    writes.addressed |= other.addressed
    writes.passed |= other.passed
    writes.unknown_calls += other.unknown_calls


def _add_writes(writes: Writes, item: c_ast.Node, pure: frozenset[str]) -> None:
    if isinstance(item, c_ast.For):
        if isinstance(item.init, c_ast.Assignment):
            writes.iterators |= {path_of(item.init.lvalue) or ""}
    elif isinstance(item, c_ast.Assignment):
        _add_target(writes, item.lvalue)
    elif isinstance(item, c_ast.UnaryOp) and item.op in _STEP:
        _add_target(writes, item.expr)
    elif isinstance(item, c_ast.UnaryOp) and item.op == "&":
        name = base_name(item.expr)
        if name is not None and not isinstance(item.expr, c_ast.ArrayRef):
            writes.addressed.add(name)
    elif isinstance(item, c_ast.Decl) and item.init is not None:
        if item.name is not None:
            for counts in (writes.counts, writes.whole):
                counts[item.name] = counts.get(item.name, 0) + 1
    elif isinstance(item, c_ast.FuncCall):
        _add_call(writes, item, pure)


def _add_target(writes: Writes, lvalue: c_ast.Node) -> None:
    if isinstance(lvalue, c_ast.UnaryOp) and lvalue.op in _STEP:
        return  # that of x++++ is no lvalue; the one inside counts
    name = path_of(lvalue)
    if name is not None:
        writes.counts[name] = writes.counts.get(name, 0) + 1
    if isinstance(lvalue, c_ast.ID):
        writes.assigned |= {lvalue.name}
        writes.whole[lvalue.name] = writes.whole.get(lvalue.name, 0) + 1


def _add_call(writes: Writes, item: c_ast.FuncCall, pure: frozenset[str]) -> None:
    name = item.name.name if isinstance(item.name, c_ast.ID) else "*"
    if name in pure:
        return
    writes.unknown_calls += (name,)
    for argument in item.args.exprs if item.args else ():
        passed = base_name(argument)
        if passed is not None:
            writes.passed.add(passed)
