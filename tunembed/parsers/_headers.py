"""The header of a ``for`` loop as bounds and a step."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from dataclasses import dataclass, field

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._expressions import extremes, to_affine
from tunembed.parsers._scope import Scope
from tunembed.parsers._trees import c_text
from tunembed.parsers._writes import Writes

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!="}


@dataclass
class Header:
    """What a loop header says; the fields are those of :class:`Loop`.

    ``usable`` says whether the iterator may occur in affine expressions.
    """

    iterator: str = ""
    lower: tuple[Affine, ...] = ()
    upper: tuple[Affine, ...] = ()
    step: int = 0
    declares_iterator: bool = False
    reasons: list[str] = field(default_factory=list)
    usable: bool = False


def read_header(node: c_ast.For, scope: Scope, body: Writes) -> Header:
    """Read the header of a loop.

    Parameters
    ----------
    node : pycparser For
    scope : Scope
        Around the loop; ``scope.writes`` covers the outermost loop.
    body : Writes
        What the loop's body changes.

    Returns
    -------
    Header
        With reasons where the loop is not in normal form.
    """
    header = Header()
    start = _read_init(node, header)
    if not header.iterator:
        header.iterator = _assigned_by_step(node.next)
    if not header.iterator:
        header.reasons.append("no iterator: the header neither sets nor steps one")
        return header
    _read_step(node.next, header, scope)
    if not header.declares_iterator:
        if not scope.type_of(c_ast.ID(header.iterator)).is_integer:
            header.reasons.append(f"iterator {header.iterator} is not an integer")
    elif not scope.types.resolve(node.init.decls[0].type).is_integer:
        header.reasons.append(f"iterator {header.iterator} is not an integer")
    if header.iterator in scope.iterators:
        header.reasons.append(f"iterator {header.iterator} is that of an outer loop")
    if header.iterator in body.counts:
        header.reasons.append(f"iterator {header.iterator} is assigned in the body")
    everywhere = scope.all_writes or body
    addressed = body if header.declares_iterator else everywhere
    if header.iterator in addressed.addressed:
        header.reasons.append(f"the address of iterator {header.iterator} is taken")
    if header.iterator in scope.globals and body.unknown_calls:
        header.reasons.append(f"a call may change iterator {header.iterator}")
    header.usable = not header.reasons
    if start is not None:
        kind = "max" if header.step >= 0 else "min"
        header.lower = extremes(start, scope, kind) or ()
        if not header.lower:
            header.reasons.append(f"start {c_text(start)} is not affine")
    else:
        header.reasons.append(f"no start: the header does not set {header.iterator}")
    if node.cond is None:
        header.reasons.append("no end: the header has no condition")
    else:
        _read_condition(node.cond, header, scope)
    if header.step < 0 and (len(header.lower) > 1 or len(header.upper) > 1):
        header.reasons.append("several bounds on a loop that counts down")
    return header


def _read_init(node: c_ast.For, header: Header) -> c_ast.Node | None:
    init = node.init
    if isinstance(init, c_ast.DeclList):
        header.declares_iterator = True
        if len(init.decls) > 1:
            header.reasons.append("the header declares several variables")
        header.iterator = init.decls[0].name
        return init.decls[0].init
    if isinstance(init, c_ast.ExprList):
        header.reasons.append("the header sets several variables")
        init = next(
            (
                part
                for part in init.exprs
                if isinstance(part, c_ast.Assignment)
                and isinstance(part.lvalue, c_ast.ID)
                and part.lvalue.name == _assigned_by_step(node.next)
            ),
            None,
        )
    if isinstance(init, c_ast.Assignment) and init.op == "=":
        if isinstance(init.lvalue, c_ast.ID):
            header.iterator = init.lvalue.name
            return init.rvalue
    return None


def _assigned_by_step(step: c_ast.Node | None) -> str:
    if isinstance(step, c_ast.ExprList):
        step = step.exprs[0]
    if isinstance(step, c_ast.UnaryOp):
        target = step.expr
    elif isinstance(step, c_ast.Assignment):
        target = step.lvalue
    else:
        return ""
    return target.name if isinstance(target, c_ast.ID) else ""


def _read_step(step: c_ast.Node | None, header: Header, scope: Scope) -> None:
    if isinstance(step, c_ast.ExprList):
        header.reasons.append("the header steps several variables")
        return
    if step is None or _assigned_by_step(step) != header.iterator:
        header.reasons.append(f"the header does not step {header.iterator}")
        return
    if isinstance(step, c_ast.UnaryOp):
        header.step = {"++": 1, "p++": 1, "--": -1, "p--": -1}.get(step.op, 0)
        return
    inner = scope.nested(
        iterators=(*scope.iterators, header.iterator),
        stable=scope.stable - {header.iterator},
    )
    inner.values.pop(header.iterator, None)
    value = to_affine(step.rvalue, inner, symbols=False)
    if value is not None and step.op == "=":
        value = value - Affine.variable(header.iterator)
    elif value is not None and step.op == "-=":
        value = -value
    elif step.op != "+=":
        value = None
    if value is None or not value.is_constant:
        header.reasons.append(f"step {c_text(step)} is not by a constant")
    elif value.constant == 0:
        header.reasons.append(f"step {c_text(step)} is zero")
    else:
        header.step = value.constant


def _read_condition(node: c_ast.Node, header: Header, scope: Scope) -> None:
    if isinstance(node, c_ast.BinaryOp) and node.op == "&&":
        _read_condition(node.left, header, scope)
        _read_condition(node.right, header, scope)
        return
    bound = _bound(node, header, scope) if isinstance(node, c_ast.BinaryOp) else None
    if bound is None:
        header.reasons.append(f"condition {c_text(node)} is not an affine bound")
    else:
        header.upper += bound


def _bound(
    node: c_ast.BinaryOp, header: Header, scope: Scope
) -> tuple[Affine, ...] | None:
    """Return the exclusive ends that a comparison says."""
    if node.op not in _FLIPPED:
        return None
    inner = scope.nested(
        iterators=(*scope.iterators, header.iterator),
        stable=scope.stable - {header.iterator},
    )
    inner.values.pop(header.iterator, None)
    operator, left, right = node.op, node.left, node.right
    first = to_affine(left, inner, symbols=False)
    if first is None or header.iterator not in first.names():
        operator, left, right = _FLIPPED[operator], right, left
        first = to_affine(left, inner, symbols=False)
    factor = 0 if first is None else first.coefficient(header.iterator)
    ends = extremes(right, inner, "min" if header.step > 0 else "max")
    if first is None or ends is None or factor not in (1, -1):
        return None
    rest = first - Affine({header.iterator: factor})
    if factor < 0:
        operator = _FLIPPED[operator]
        if len(ends) > 1:
            return None
    ends = tuple((end - rest) * factor for end in ends)
    if any(header.iterator in end.names() for end in ends):
        return None
    return _exclusive(operator, ends, header.step)


def _exclusive(
    operator: str, ends: tuple[Affine, ...], step: int
) -> tuple[Affine, ...] | None:
    if operator == "!=":
        return ends if step in (1, -1) else None
    if step == 0 or (step > 0) != (operator in ("<", "<=")):
        return None
    if operator == "<=":
        return tuple(end + 1 for end in ends)
    return tuple(end - 1 for end in ends) if operator == ">=" else ends
