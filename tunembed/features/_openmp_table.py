"""The table of features of OpenMP: name, formula, unit, source, scale."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.features._feature import Feature, group

_C_ONLY = "Directive.clauses; NaN for LLVM IR"

OPENMP_FEATURES: tuple[Feature, ...] = (
    *group(
        "region",
        "Directive.name, Directive.clauses; calls of the runtime",
        """
        parallel | regions | parallel regions, combined ones such as ``parallel for`` \
too
        conditional | regions | those with an ``if`` clause
        sized | regions | those with a ``num_threads`` clause
        threads | threads | largest constant in such a clause
        bound | regions | those with a ``proc_bind`` clause
        depth | ~loops | loops of the same function around a region, on average
        share | ~loops / loop | loops inside of regions, those that they share included
        """,
    ),
    *group(
        "loop",
        "Directive.name, Directive.clauses; calls that start a shared loop",
        """
        shared | loops | loops whose iterations threads share: ``for``, \
``distribute``, ``loop``; in LLVM IR ``sections`` as well
        depth | ~loops | loops around a shared one, on average; in LLVM IR those \
around its region as well
        static | loops | shared loops with a static schedule, which is the usual one
        dynamic | loops | with ``schedule(dynamic)``
        guided | loops | with ``schedule(guided)``
        auto | loops | with ``schedule(auto)``
        runtime | loops | with ``schedule(runtime)``
        chunk | iterations | largest constant chunk of a schedule; 1 of a dynamic or \
guided one without
        ordered | loops | with an ``ordered`` clause
        """,
    ),
    *group(
        "loop",
        _C_ONLY,
        """
        collapse | ~loops | largest constant of a ``collapse`` clause
        nowait | constructs | constructs with a ``nowait`` clause
        simd | loops | loops with a ``simd`` directive
        simdlen | lanes | largest constant of a ``simdlen`` clause
        safelen | lanes | largest constant of a ``safelen`` clause
        """,
    ),
    *group(
        "reduce",
        "ReductionClause; operations of the function that combines threads' values",
        """
        sum | variables | reduced with ``+`` or ``-``
        product | variables | reduced with ``*``
        extreme | variables | reduced with ``min`` or ``max``
        bits | variables | reduced with ``&``, ``|`` or ``^``
        other | variables | reduced with ``&&``, ``||`` or an operator of one's own
        """,
    ),
    *group(
        "data",
        _C_ONLY,
        """
        private | variables | in ``private`` clauses
        firstprivate | variables | in ``firstprivate`` clauses
        lastprivate | variables | in ``lastprivate`` clauses
        shared | variables | in ``shared`` clauses
        copied | variables | in ``copyin`` and ``copyprivate`` clauses
        linear | variables | in ``linear`` clauses
        """,
    ),
    *group(
        "sync",
        "Directive.name; calls of the runtime",
        """
        barriers | barriers | at the end of loops, sections and singles too
        atomics | operations | ``atomic``; in LLVM IR atomic instructions, those of \
reductions too
        critical | regions | ``critical``
        single | regions | ``single``
        master | regions | ``master``, ``masked``
        ordered | regions | ``ordered`` inside of loops
        flush | flushes | ``flush``
        """,
    ),
    *group("sync", _C_ONLY, "sections | regions | ``sections``"),
    *group(
        "task",
        "Directive.name, Directive.clauses; calls of the runtime",
        """
        tasks | tasks | ``task``
        loops | loops | ``taskloop``
        dependences | items | in ``depend`` clauses of tasks; in LLVM IR if constant
        waits | waits | ``taskwait``, ``taskgroup``, the end of ``taskloop`` too
        """,
    ),
    *group(
        "target",
        "Directive.name; calls of the runtime",
        """
        regions | regions | ``target``, combined ones too
        teams | regions | ``teams``, combined ones too
        data | directives | ``target data``, ``enter``, ``exit`` and ``update``
        """,
    ),
    *group("target", _C_ONLY, "maps | items | in ``map`` clauses"),
    *group(
        "call",
        "calls of ``omp_*``",
        """
        queries | calls | ``omp_get_thread_num`` and other questions
        settings | calls | ``omp_set_num_threads`` and other settings
        locks | calls | all that is done with locks
        """,
    ),
)

OPENMP_NAMES: tuple[str, ...] = tuple(feature.name for feature in OPENMP_FEATURES)
UNKNOWN_IN_IR: frozenset[str] = frozenset(
    feature.name for feature in OPENMP_FEATURES if feature.source == _C_ONLY
)
