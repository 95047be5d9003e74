"""C text of isl expressions and of statements with renamed iterators."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable, Mapping

import islpy as isl
from pycparser import c_ast, c_generator

from tunembed.parsers import Affine

_INFIX = {
    "add": ("+", 4),
    "sub": ("-", 4),
    "mul": ("*", 5),
    "div": ("/", 5),
    "pdiv_q": ("/", 5),
    "pdiv_r": ("%", 5),
    "zdiv_r": ("%", 5),
    "eq": ("==", 2),
    "le": ("<=", 3),
    "lt": ("<", 3),
    "ge": (">=", 3),
    "gt": (">", 3),
    "and_": ("&&", 1),
    "and_then": ("&&", 1),
    "or_": ("||", 0),
    "or_else": ("||", 0),
}
_CALLS = {"min": "tile_min", "max": "tile_max", "fdiv_q": "floor_div"}

HELPERS = {
    "tile_min": "static inline long tile_min(long a, long b)\n"
    "{\n    return a < b ? a : b;\n}\n",
    "tile_max": "static inline long tile_max(long a, long b)\n"
    "{\n    return a > b ? a : b;\n}\n",
    "floor_div": "static inline long floor_div(long a, long b)\n"
    "{\n    return a >= 0 ? a / b : -((-a + b - 1) / b);\n}\n",
}


def expression(expr: isl.AstExpr, rename: Callable[[str], str]) -> str:
    """Return C text of an isl expression; `rename` maps its identifiers."""
    return _expression(expr, rename)[0]


def _expression(expr: isl.AstExpr, rename: Callable[[str], str]) -> tuple[str, int]:
    kind = expr.get_type()
    if kind == isl.ast_expr_type.id:
        text = rename(expr.get_id().get_name())
        return text, 9 if text.isidentifier() else 4
    if kind == isl.ast_expr_type.int:
        text = str(expr.get_val())
        return text, 4 if text.startswith("-") else 9
    name = _op_name(expr)
    arguments = [expr.get_op_arg(n) for n in range(expr.get_op_n_arg())]
    if name in _CALLS:
        texts = [_expression(a, rename)[0] for a in arguments]
        while len(texts) > 1:
            texts[:2] = [f"{_CALLS[name]}({texts[0]}, {texts[1]})"]
        return texts[0], 9
    if name == "minus":
        inner = _inside(arguments[0], rename, 6)
        plain = inner.strip("()").removeprefix("-")
        if inner == f"(-{plain})" and plain.isidentifier():
            return plain, 9
        return f"-{inner}", 6
    if name in ("cond", "select"):
        test, yes, no = (_inside(a, rename, 1) for a in arguments)
        return f"{test} ? {yes} : {no}", -1
    symbol, strength = _INFIX[name]
    # Compilers want parentheses around && in ||.
    mixed = symbol == "||"
    left = _inside(arguments[0], rename, strength, mixed)
    right = _inside(arguments[1], rename, strength + 1, mixed)
    return f"{left} {symbol} {right}", strength


def _inside(
    expr: isl.AstExpr, rename: Callable[[str], str], strength: int, mixed: bool = False
) -> str:
    text, own = _expression(expr, rename)
    needs = own < strength or (own == 1 and mixed)
    return f"({text})" if needs else text


def _op_name(expr: isl.AstExpr) -> str:
    kind = expr.get_op_type()
    for name in (*_INFIX, *_CALLS, "minus", "cond", "select"):
        if kind == getattr(isl.ast_expr_op_type, name):
            return name
    raise ValueError(f"unexpected operation in {expr.to_C_str()}")


def affine_text(affine: Affine, values: Mapping[str, str]) -> str:
    """Return C text of an affine expression with names replaced by C texts."""
    terms = []
    for name, factor in affine.coefficients.items():
        value = values.get(name, name)
        wrapped = value if value.isidentifier() else f"({value})"
        if factor == 1:
            terms.append(value)
        else:
            terms.append(f"-{wrapped}" if factor == -1 else f"{factor} * {wrapped}")
    if affine.constant or not terms:
        terms.append(str(affine.constant))
    return " + ".join(terms).replace("+ -", "- ")


def minus(text: str, origin: str) -> str:
    """Return the C text of a difference, simplified where it is plain to see."""
    if origin == "0":
        return text
    if text == origin:
        return "0"
    wrapped = origin if origin.isidentifier() or origin.isdigit() else f"({origin})"
    return f"{text} - {wrapped}"


class StatementPrinter(c_generator.CGenerator):
    """Prints a statement with identifiers and accesses replaced.

    Parameters
    ----------
    names : mapping of str to str
        Identifier -> C text.
    accesses : mapping of int to str
        ``id`` of a pycparser node -> C text.
    casts : mapping of str to str, default={}
        Identifier -> the C type that its value has in the source.
    """

    def __init__(
        self,
        names: Mapping[str, str],
        accesses: Mapping[int, str],
        casts: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reduce_parentheses=True)
        self.names = names
        self.accesses = accesses
        self.casts = casts or {}

    def visit(self, node: c_ast.Node) -> str:
        """Return the replacement of a node, or its own text."""
        replacement = self.accesses.get(id(node))
        return super().visit(node) if replacement is None else replacement

    def visit_ID(self, node: c_ast.ID) -> str:
        """Return the new name, in parentheses where it is no plain word."""
        text = self.names.get(node.name, node.name)
        if node.name in self.names and node.name in self.casts:
            value = text if text.isidentifier() else f"({text})"
            return f"(({self.casts[node.name]}){value})"
        return text if text.isidentifier() else f"({text})"

    def visit_ArrayRef(self, node: c_ast.ArrayRef) -> str:
        """Print subscripts without superfluous parentheses."""
        subscript = self.visit(node.subscript)
        if isinstance(node.subscript, c_ast.ID):
            subscript = self.names.get(node.subscript.name, node.subscript.name)
        return f"{self._parenthesize_unless_simple(node.name)}[{subscript}]"

    def visit_StructRef(self, node: c_ast.StructRef) -> str:
        """Do not rename members."""
        base = self._parenthesize_unless_simple(node.name)
        return f"{base}{node.type}{node.field.name}"

    def visit_FuncCall(self, node: c_ast.FuncCall) -> str:
        """Do not rename functions."""
        arguments = self.visit(node.args) if node.args is not None else ""
        name = node.name.name if isinstance(node.name, c_ast.ID) else None
        return f"{name or self.visit(node.name)}({arguments})"

    def statement(self, node: c_ast.Node) -> str:
        """Return one statement with its semicolon and without indentation."""
        self.indent_level = 0
        text = self._generate_stmt(node, add_indent=False)
        return text.strip("\n")
