"""C types: typedefs resolved, extents kept."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from dataclasses import dataclass, replace

from pycparser import c_ast

_INTEGERS = frozenset(
    base if sign == "" else f"{sign} {base}"
    for base in ("char", "short", "int", "long", "long long", "__int128")
    for sign in ("", "unsigned", "signed")
) | {"bool", "enum"}
_WORDS = {"_Bool": "bool", "_Complex": "complex", "__int128": "__int128"}


@dataclass(frozen=True)
class CType:
    """A resolved type.

    Attributes
    ----------
    base : str
        Element type, ``"struct tag"`` for structs, ``"function"`` for functions.
    layers : tuple of (str, node or None)
        From the outside: ``("ptr", None)`` or ``("array", extent)``.
    is_const, is_restrict : bool
        Of the elements; of the outermost pointer.
    is_volatile : bool
        Whether it is volatile or atomic on any level.
    """

    base: str
    layers: tuple[tuple[str, c_ast.Node | None], ...] = ()
    is_const: bool = False
    is_restrict: bool = False
    is_volatile: bool = False

    @property
    def is_integer(self) -> bool:
        """Whether this is a scalar of an integer type."""
        return not self.layers and self.base in _INTEGERS

    @property
    def has_integer_elements(self) -> bool:
        """Whether the elements are integers."""
        return self.base in _INTEGERS

    @property
    def is_struct(self) -> bool:
        """Whether the elements are structs or unions."""
        return self.base.startswith(("struct ", "union "))

    def element(self) -> "CType":
        """Return the type after one subscript."""
        return replace(self, layers=self.layers[1:])


UNKNOWN = CType("unknown")


def canonical(names: list[str]) -> str:
    """Return one spelling for the words of a basic type.

    >>> canonical(["long", "unsigned", "int"]), canonical(["_Complex", "double"])
    ('unsigned long', 'double complex')
    """
    words = [_WORDS.get(word, word) for word in names]
    if "complex" in words:
        rest = [word for word in words if word != "complex"] or ["double"]
        return " ".join([*rest, "complex"])
    longs = words.count("long")
    if "double" in words:
        return "long double" if longs else "double"
    sign = "unsigned " if "unsigned" in words else ""
    if "char" in words:
        return ("signed " if "signed" in words else sign) + "char"
    if "short" in words:
        return sign + "short"
    if longs:
        return sign + " ".join(["long"] * longs)
    if "int" in words or "unsigned" in words or "signed" in words:
        return sign + "int"
    return " ".join(words)


class TypeTable:
    """The types that a translation unit defines.

    Parameters
    ----------
    ast : pycparser FileAST

    Attributes
    ----------
    constants : dict of str to node or None
        Enumerators and their values as written.
    """

    def __init__(self, ast: c_ast.FileAST) -> None:
        self.typedefs: dict[str, c_ast.Node] = {}
        self.members: dict[str, dict[str, c_ast.Node]] = {}
        self.constants: dict[str, c_ast.Node | tuple[str, int] | None] = {}
        self._anonymous: dict[int, str] = {}
        for node in ast.ext:
            if isinstance(node, c_ast.Typedef):
                self.add_typedef(node)
            self.declare(node)

    def add_typedef(self, node: c_ast.Typedef) -> None:
        """Take note of a typedef."""
        self.typedefs[node.name] = node.type
        inner = getattr(node.type, "type", None)
        if isinstance(inner, (c_ast.Struct, c_ast.Union)) and not inner.name:
            self._anonymous[id(inner)] = f"<{node.name}>"

    def _tag(self, node: c_ast.Node) -> str:
        kind = "union" if isinstance(node, c_ast.Union) else "struct"
        name = node.name or self._anonymous.get(id(node)) or f"<{node.coord}>"
        return f"{kind} {name}"

    def declare(self, node: c_ast.Node | None) -> None:
        """Take note of the structs and enums that a declaration defines."""
        while node is not None:
            if isinstance(node, (c_ast.Struct, c_ast.Union)):
                if node.decls:
                    self._add_members(node)
                return
            if isinstance(node, c_ast.Enum):
                self._add_enumerators(node)
                return
            node = getattr(node, "type", None)

    def _add_members(self, node: c_ast.Node) -> None:
        members = self.members.setdefault(self._tag(node), {})
        for decl in node.decls:
            self.declare(decl)
            name = getattr(decl, "name", None)
            if name:
                members[name] = decl.type
            elif isinstance(getattr(decl, "type", None), (c_ast.Struct, c_ast.Union)):
                members.update(self.members.get(self._tag(decl.type), {}))

    def _add_enumerators(self, node: c_ast.Enum) -> None:
        previous: str | None = None
        distance = 0
        for item in node.values.enumerators if node.values else ():
            if item.value is not None:
                self.constants[item.name] = item.value
                previous, distance = item.name, 0
            elif previous is None:
                self.constants[item.name] = ("", distance)
                distance += 1
                continue
            else:
                distance += 1
                self.constants[item.name] = (previous, distance)

    def resolve(self, node: c_ast.Node) -> CType:
        """Return the type that a declaration's type node means."""
        layers: list[tuple[str, c_ast.Node | None]] = []
        const = restrict = volatile = False
        for _ in range(1000):
            quals = getattr(node, "quals", None) or ()
            volatile |= "volatile" in quals or "_Atomic" in quals
            if isinstance(node, c_ast.ArrayDecl):
                layers.append(("array", node.dim))
                restrict |= "restrict" in (node.dim_quals or ())
            elif isinstance(node, c_ast.PtrDecl):
                layers.append(("ptr", None))
                restrict |= "restrict" in quals
            elif isinstance(node, (c_ast.TypeDecl, c_ast.Typename, c_ast.Decl)):
                const |= "const" in quals
            elif isinstance(node, c_ast.FuncDecl):
                return CType("function", tuple(layers), const, restrict, volatile)
            elif isinstance(node, c_ast.IdentifierType):
                if len(node.names) == 1 and node.names[0] in self.typedefs:
                    node = self.typedefs[node.names[0]]
                    continue
                return CType(
                    canonical(node.names), tuple(layers), const, restrict, volatile
                )
            elif isinstance(node, (c_ast.Struct, c_ast.Union)):
                self.declare(node)
                return CType(self._tag(node), tuple(layers), const, restrict, volatile)
            elif isinstance(node, c_ast.Enum):
                return CType("enum", tuple(layers), const, restrict, volatile)
            else:
                break
            node = node.type
        return CType(UNKNOWN.base, tuple(layers), const, restrict, volatile)

    def member(self, owner: CType, name: str) -> CType:
        """Return the type of a struct's member."""
        node = self.members.get(owner.base, {}).get(name)
        return UNKNOWN if node is None else self.resolve(node)
