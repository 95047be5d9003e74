"""Build the isl description of a function from what the parser says."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tunembed.parsers import (
    Access,
    Affine,
    Function,
    Guard,
    Local,
    Statement,
    isl_name,
    walk_loops,
    walk_statements,
)
from tunembed.parsers import Loop as SourceLoop
from tunembed.parsers import Node as SourceNode
from tunembed.schedules._names import words_of
from tunembed.schedules._scop import EVERYTHING, Scop, ScopAccess, ScopStatement
from tunembed.schedules._settling import settle
from tunembed.schedules._tree import Leaf, Loop, Node, leaves_of


def build_scop(function: Function) -> Scop:
    """Describe `function` by isl sets.

    Constructs that cannot be described become one opaque statement; what makes
    the whole function impossible to transform is listed in `Scop.reasons`.

    Parameters
    ----------
    function : Function

    Returns
    -------
    scop : Scop
        In the order of the source.
    """
    return _Builder(function).build()


@dataclass
class _Context:
    """What surrounds a node during the walk."""

    dims: tuple[str, ...] = ()
    iterators: dict[str, str] = field(default_factory=dict)
    constraints: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    loops: tuple[SourceLoop, ...] = ()


class _Builder:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.symbols = {symbol.name: symbol for symbol in function.symbols.values()}
        self.statements: dict[str, ScopStatement] = {}
        self.loop_sources: dict[str, SourceLoop] = {}
        self.used: Counter[str] = Counter()
        self.words = words_of(function.unit.text)
        self.names: set[str] = set()
        self.privates: dict[str, Local] = {}
        loops = walk_loops(function.body, opaque=True)
        self.iterators = {loop.iterator for loop in loops}

    def build(self) -> Scop:
        tree = self._nodes(self.function.body, _Context())
        self.statements = settle(self.function, self.statements)
        written = {
            access.array
            for statement in self.statements.values()
            for access in statement.accesses
            if access.kind == "write"
        }
        parameters = sorted(self.names - set(self.loop_sources))
        return Scop(
            function=self.function,
            statements=self.statements,
            tree=tree,
            parameters=tuple(parameters),
            privates=self.privates,
            reasons=tuple(self._reasons(written)),
            loop_sources=self.loop_sources,
        )

    def _reasons(self, written: set[str]) -> list[str]:
        reasons = []
        for symbol in self.symbols.values():
            changed = sorted(symbol.arrays & written)
            if changed and symbol.name in self.names:
                reasons.append(
                    f"the bound or subscript '{symbol.expression}' reads "
                    f"'{changed[0]}', which the function writes"
                )
        pointers = {v.name for v in self.privates.values() if v.is_pointer}
        for statement in self.statements.values():
            reasons += self._live_iterators(statement)
            for access in statement.accesses:
                base = access.array.split("->")[0].split(".")[0]
                if base in pointers and access.subscripts:
                    reasons.append(
                        f"{statement.location}: the local pointer '{base}' may point "
                        "into any array"
                    )
        return list(dict.fromkeys(reasons))

    def _live_iterators(self, statement: ScopStatement) -> list[str]:
        """Return why the value of an iterator after its loop matters."""
        seen = [a for a in statement.accesses if a.node is not None]
        own = {a.array for a in seen if a.kind == "write"}
        return [
            f"{statement.location}: '{access.array}' is used outside of its loop"
            for access in seen
            if access.array in self.iterators - own
            and not access.subscripts
            and access.array not in statement.iterators
        ]

    def _nodes(
        self, nodes: Sequence[SourceNode], context: _Context
    ) -> tuple[Node, ...]:
        result: list[Node] = []
        for node in nodes:
            if isinstance(node, Statement):
                if not self._defines_constant(node):
                    result.append(self._statement(node, context))
            elif isinstance(node, Guard):
                result.extend(self._guard(node, context))
            elif node.reasons or not _representable(node):
                result.append(self._opaque_loop(node, context))
            else:
                result.append(self._loop(node, context))
        return tuple(result)

    def _guard(self, guard: Guard, context: _Context) -> tuple[Node, ...]:
        holds = [self._affine(c, context) for c in guard.conditions]
        varies = [self._varies(c) for c in holds]
        texts = [f"{c.to_isl()} >= 0" for c in holds]
        then = _constrain(context, list(zip(varies, texts, strict=True)))
        result = self._nodes(guard.body, then)
        if guard.orelse:
            text = " or ".join(f"{c.to_isl()} < 0" for c in holds)
            other = _constrain(context, [(any(varies), f"({text})")])
            result += self._nodes(guard.orelse, other)
        return result

    def _loop(self, loop: SourceLoop, context: _Context) -> Loop:
        name = self._loop_name(loop.iterator)
        self.loop_sources[name] = loop
        inner = _Context(
            dims=(*context.dims, name),
            iterators={**context.iterators, loop.iterator: name},
            constraints=context.constraints,
            loose=context.loose,
            loops=(*context.loops, loop),
        )
        inner = _constrain(inner, self._bounds(loop, name, inner))
        body = self._nodes(loop.body, inner)
        sign = "-" if loop.step < 0 else ""
        below = leaves_of(body)
        index = {statement: f"{sign}{isl_name(name)}" for statement in below}
        return Loop(name=name, index=index, body=body, step=abs(loop.step))

    def _loop_name(self, iterator: str) -> str:
        """Return the iterator, with a number where it is taken: ``i``, ``i_2``."""
        name = iterator
        while name in self.loop_sources or (name != iterator and name in self.words):
            self.used[iterator] += 1
            name = f"{iterator}_{self.used[iterator] + 1}"
        return name

    def _bounds(
        self, loop: SourceLoop, name: str, context: _Context
    ) -> list[tuple[bool, str]]:
        dim = isl_name(name)
        lower = [self._affine(bound, context) for bound in loop.lower]
        upper = [self._affine(bound, context) for bound in loop.upper]
        if loop.step > 0:
            found = [(b, f"{dim} >= {b.to_isl()}") for b in lower]
            found += [(b, f"{dim} < {b.to_isl()}") for b in upper]
        else:
            found = [(b, f"{dim} <= {b.to_isl()}") for b in lower]
            found += [(b, f"{dim} > {b.to_isl()}") for b in upper]
        if abs(loop.step) != 1:
            start = lower[0]
            text = f"({dim} - ({start.to_isl()})) mod {abs(loop.step)} = 0"
            found.append((start, text))
        return [(self._varies(bound), text) for bound, text in found]

    def _varies(self, affine: Affine) -> bool:
        return any(
            name in self.symbols and self.symbols[name].iterators
            for name in affine.names()
        )

    def _affine(self, affine: Affine, context: _Context) -> Affine:
        renamed = affine.substitute(
            {
                iterator: Affine.variable(dim)
                for iterator, dim in context.iterators.items()
                if iterator != dim
            }
        )
        self.names |= renamed.names()
        return renamed

    def _subscript(self, subscript: Affine | None, context: _Context) -> Affine | None:
        if subscript is None or self._varies(subscript):
            return None
        if subscript.names() & (self.iterators - set(context.iterators)):
            return None
        return self._affine(subscript, context)

    def _accesses(self, statement: Statement, context: _Context) -> list[ScopAccess]:
        reduction = statement.reduction
        updates = (
            {id(reduction.write), *map(id, reduction.reads)} if reduction else set()
        )
        found = []
        for access in statement.accesses:
            subscripts = tuple(
                self._subscript(subscript, context) for subscript in access.subscripts
            )
            array, private = self._variable(access, context)
            found.append(
                ScopAccess(
                    array=array,
                    subscripts=subscripts,
                    kind=access.kind,
                    node=access.node,
                    is_reduction=id(access) in updates,
                    private=private,
                    indirect=self._indirect(access, context),
                    inner_extents=self._inner_extents(access),
                )
            )
        return found

    def _inner_extents(self, access: Access) -> tuple[str, ...]:
        if not access.is_pointer_linear:
            return ()
        texts = []
        for extent in access.shape[1:]:
            text = "?" if extent is None else extent.to_c()
            for name in extent.names() if extent is not None else ():
                if name in self.symbols:
                    text = text.replace(name, f"({self.symbols[name].expression})")
            texts.append(text)
        return tuple(texts)

    def _indirect(self, access: Access, context: _Context) -> frozenset[str]:
        found: set[str] = set()
        for subscript in access.subscripts:
            if subscript is None:
                return frozenset(context.dims)
            for name in subscript.names():
                symbol = self.symbols.get(name)
                if symbol is not None:
                    found |= symbol.iterators
        return frozenset(d for i, d in context.iterators.items() if i in found)

    def _variable(
        self, access: Access, context: _Context
    ) -> tuple[str, tuple[str, ...]]:
        """Return a unique name of what is accessed, and the loops that own it.

        Variables of the same name declared in different places are different.
        """
        for depth in range(len(context.loops), -1, -1):
            owner = context.loops[depth - 1] if depth else None
            for number, local in enumerate(self.function.scopes.get(access.base, ())):
                if local.loop is owner:
                    name = access.array if not number else f"{access.array}#{number}"
                    self.privates[name] = local
                    return name, context.dims[:depth]
        return access.array, ()

    def _defines_constant(self, statement: Statement) -> bool:
        written = {a.array for a in statement.accesses if a.kind == "write"}
        return bool(written) and written <= set(self.function.constants)

    def _statement(self, statement: Statement, context: _Context) -> Leaf:
        accesses = self._accesses(statement, context)
        for nested in walk_statements(statement.body, opaque=True):
            accesses += self._accesses(nested, context)
        if statement.opaque:
            accesses += _touch_everything()
        self._add(statement, statement.name, tuple(accesses), context)
        return Leaf(statement.name)

    def _opaque_loop(self, loop: SourceLoop, context: _Context) -> Leaf:
        inside = list(walk_statements([loop], opaque=True))
        accesses: list[ScopAccess] = []
        for statement in inside:
            accesses += self._accesses(statement, context)
            if statement.opaque:
                accesses += _touch_everything()
        if not inside:
            accesses += _touch_everything()
        name = inside[0].name if inside else f"L{loop.location.line}"
        operations: Counter[str] = Counter()
        for statement in inside:
            operations += statement.operations
        self.statements[name] = ScopStatement(
            name=name,
            dims=context.dims,
            iterators=dict(context.iterators),
            constraints=context.constraints,
            loose=context.loose,
            accesses=tuple(accesses),
            source=None,
            node=loop.node,
            location=loop.location,
            operations=operations,
            conditional=True,
            opaque=True,
        )
        return Leaf(name)

    def _add(
        self,
        statement: Statement,
        name: str,
        accesses: tuple[ScopAccess, ...],
        context: _Context,
    ) -> None:
        self.statements[name] = ScopStatement(
            name=name,
            dims=context.dims,
            iterators=dict(context.iterators),
            constraints=context.constraints,
            loose=context.loose,
            accesses=accesses,
            source=statement,
            node=statement.node,
            location=statement.location,
            operator=statement.reduction.operator if statement.reduction else None,
            operations=statement.operations,
            conditional=statement.conditional,
            opaque=statement.opaque,
        )


def _constrain(context: _Context, found: Sequence[tuple[bool, str]]) -> _Context:
    texts = tuple(text for _, text in found)
    return replace(
        context,
        constraints=context.constraints + texts,
        loose=context.loose + tuple(text for varies, text in found if not varies),
    )


def _representable(loop: SourceLoop) -> bool:
    single = len(loop.lower) == 1 or abs(loop.step) == 1
    return bool(loop.step) and bool(loop.lower) and bool(loop.upper) and single


def _touch_everything() -> list[ScopAccess]:
    return [ScopAccess(EVERYTHING, (), kind, None) for kind in ("read", "write")]
