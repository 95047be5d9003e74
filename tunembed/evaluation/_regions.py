"""OpenMP regions as modules of LLVM IR: the outlined function and what it calls."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from tunembed.parsers import IRModule, ParseError, compile_to_ir, parse_llvm_ir

_DIRECTIVE = re.compile(
    r"[ \t]*#[ \t]*pragma[ \t]+omp[ \t]+parallel\b"
    r"([ \t]+(for|sections|loop|workshare|masked|master)\b)?([ \t]+simd\b)?"
)
# A clause that no source here has, and that only says where threads are put: in the IR
# it is a call right before the one that starts the region.
_MARK = " proc_bind(spread)"
_MARKED = re.compile(
    r"@__kmpc_push_proc_bind\(.*?@__kmpc_fork_call\([^\n]*?"
    r"@(\"[^\"\n]*omp_outlined[^\"\n]*\"|[\w.$]*omp_outlined[\w.$]*)",
    re.DOTALL,
)
_ROOTS = re.compile(
    r"^@llvm\.(global_ctors|global_dtors|used|compiler\.used) = .*$", re.MULTILINE
)
# What C99 took out of the language, and these sources still use.
_OLD_C = """\
#pragma clang diagnostic ignored "-Wimplicit-int"
#pragma clang diagnostic ignored "-Wimplicit-function-declaration"
#pragma clang diagnostic ignored "-Wint-conversion"
#line 1
"""


def mark_region(text: str, line: int) -> str:
    """Return a source whose ``parallel`` directive on a line can be found in its IR.

    Parameters
    ----------
    text : str
        C or C++.
    line : int
        From 1.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no ``parallel`` directive on the line.

    Examples
    --------
    >>> from tunembed.evaluation._regions import mark_region
    >>> mark_region("#pragma omp parallel for private(x)", 1)
    '#pragma omp parallel for proc_bind(spread) private(x)'
    """
    lines = text.split("\n")
    found = _DIRECTIVE.match(lines[line - 1]) if 0 < line <= len(lines) else None
    if found is None:
        raise ValueError(f"line {line} has no '#pragma omp parallel'")
    rest = lines[line - 1][found.end() :]
    lines[line - 1] = f"{found[0]}{_MARK}{rest}"
    return "\n".join(lines)


def region_of(module: IRModule) -> IRModule:
    """Return the outlined function of a module's marked region, and what it calls.

    Parameters
    ----------
    module : IRModule
        As clang compiles a source that `mark_region` returned.

    Returns
    -------
    IRModule

    Raises
    ------
    ValueError
        If no region was outlined.
    """
    found = _MARKED.search(module.text)
    if found is None:
        raise ValueError(f"{module.path}: no marked region was outlined")
    return reached_from(module, found[1].strip('"'))


def reached_from(module: IRModule, name: str) -> IRModule:
    """Return one function of a module, and what it calls that is defined there.

    Parameters
    ----------
    module : IRModule
    name : str

    Returns
    -------
    IRModule
        LLVM's global dead code elimination leaves out whatever cannot be reached.
    """
    parsed = llvm.parse_assembly(_ROOTS.sub("", module.text))
    for function in parsed.functions:
        if not function.is_declaration:
            function.linkage = "external" if function.name == name else "internal"
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    # Nothing of it depends on the target, which LLVM wants to know all the same.
    llvm.initialize_native_target()
    machine = llvm.Target.from_default_triple().create_target_machine()
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    passes.run(parsed, builder)
    return parse_llvm_ir(str(parsed), filename=module.path)


def compile_regions(
    regions: Any, files: Mapping[str, bytes], *, opt_level: str = "O1"
) -> tuple[list[IRModule | None], list[str]]:
    """Compile regions, each to a module of its own.

    Parameters
    ----------
    regions : DataFrame
        A row per region: file, line, folders, defines.
    files : mapping of str to bytes
        All sources, by their paths.
    opt_level : str, default="O1"
        Accessors are inlined; nothing is vectorised or unrolled.

    Returns
    -------
    modules : list of IRModule or None
        None where a region does not compile.
    problems : list of str
        Why, for each of these.
    """
    modules: list[IRModule | None] = []
    problems = []
    with tempfile.TemporaryDirectory(prefix="tunembed-") as name:
        root = Path(name)
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        for region in regions.itertuples():
            try:
                modules.append(_compiled(root, region, opt_level))
            except (ParseError, ValueError) as error:
                modules.append(None)
                problems.append(f"{region.region}: {error}")
    return modules, problems


def _compiled(root: Path, region: Any, opt_level: str) -> IRModule:
    path = root / region.file
    text = mark_region(path.read_text("utf-8", "surrogateescape"), region.line)
    text = _OLD_C + text
    folders = [path.parent, *(root / folder for folder in region.folders)]
    module = compile_to_ir(
        text.encode("utf-8", "surrogateescape"),
        "c" if path.suffix == ".c" else "c++",
        filename=region.file,
        opt_level=opt_level,
        include_dirs=folders,
        defines=region.defines,
    )
    return region_of(module)
