"""The table of features of a loop nest: name, formula, unit, source, scale."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.features._feature import Feature, group

FEATURES: tuple[Feature, ...] = (
    *group(
        "shape",
        "LoopNest.loops, Loop.lower, Loop.upper, Loop.step",
        """
        depth | ~loops | largest number of loops inside each other
        perfect_depth | ~loops | loops from the root on with nothing else beside
        loops | loops | all loops
        trip_outer0 | iterations | mean trip count of the outermost main loop
        trip_outer1 | iterations | of the second, 0 if there is none
        trip_outer2 | iterations | of the third
        trip_outer3 | iterations | of the fourth
        trip_inner0 | iterations | mean trip count of the innermost main loop
        trip_inner1 | iterations | of the one around it, 0 if there is none
        trip_inner2 | iterations | of the next one
        iterations | iterations | product of the mean trip counts of the main loops
        dependent_bounds | ~loops | loops whose bounds mention other iterators
        data_bounds | ~loops | loops with bounds read from arrays
        strided_loops | ~loops | main loops with a step other than 1 and -1
        backward_loops | ~loops | main loops with a negative step
        statements | statements | all statements
        outside_statements | statements | statements outside the main body
        """,
    ),
    *group(
        "control",
        "Guard, Statement.conditional, Statement.opaque",
        """
        guards | conditions | affine if statements
        conditions | statements | statements under a condition on data
        opaque | statements | loops and statements that are not understood
        unknown_calls | calls | calls of functions that are not known to be pure
        """,
    ),
    *group(
        "access",
        "Statement.accesses",
        """
        reads | accesses / iteration | reads of array elements
        writes | accesses / iteration | writes of array elements
        read_arrays | arrays | arrays that are only read
        written_arrays | arrays | arrays that are written
        max_rank | ~subscripts | largest number of subscripts
        indirect_reads | accesses | reads with a subscript that is not affine
        indirect_writes | accesses | writes with a subscript that is not affine
        coupled | accesses | accesses with two iterators in a subscript, ``a[i + k]``
        """,
    ),
    *group(
        "stride",
        "Access.subscripts, Parameter.shape; stride along the access's innermost loop",
        """
        read_zero | accesses / iteration | reads that stay
        read_unit | accesses / iteration | reads that go to a neighbour
        read_small | accesses / iteration | reads with a stride below 64 bytes
        read_large | accesses / iteration | reads with a stride of 64 bytes or more
        read_irregular | accesses / iteration | reads with a stride that is not affine
        write_zero | accesses / iteration | writes that stay
        write_unit | accesses / iteration | writes that go to a neighbour
        write_small | accesses / iteration | writes with a stride below 64 bytes
        write_large | accesses / iteration | writes with a stride of 64 bytes or more
        write_irregular | accesses / iteration | writes with a stride that is not affine
        """,
    ),
    *group(
        "best",
        "as stride; the main loop that would be the best innermost one",
        """
        poor | accesses / iteration | least number of strides neither zero nor unit
        gain | accesses / iteration | by how many the innermost loop has more
        distance | ~loops | main loops inside the best loop
        """,
    ),
    *group(
        "reuse",
        "Access.subscripts of the main body [1]_",
        """
        inner | accesses | accesses that the innermost loop does not move
        outer | accesses | accesses that the outermost loop does not move
        best | accesses | largest number of accesses that one main loop does not move
        loops | ~loops | largest number of main loops that do not move one access
        none | accesses | accesses that all main loops move
        transposed | accesses | accesses with the innermost loop in another than the \
last subscript
        permuted | arrays | arrays accessed with the same loops in different orders
        """,
    ),
    *group(
        "stencil",
        "Access.subscripts of reads that differ by constants only",
        """
        points | accesses | largest number of different constants of one array
        reach | elements | largest minus smallest constant of one subscript
        dimensions | ~subscripts | subscripts with different constants
        arrays | arrays | arrays read at two or more points
        """,
    ),
    *group(
        "self",
        "Access.subscripts of reads and writes of the same array",
        """
        before | pairs | reads of what earlier iterations wrote, at constant distance
        after | pairs | reads of what later iterations write, at constant distance
        other | pairs | reads of written arrays at no constant distance
        outer_carries | flag | whether the outermost loop carries such a distance
        inner_carries | flag | whether the innermost loop carries such a distance
        """,
    ),
    *group(
        "parallel",
        "Access.subscripts of writes, Loop.declares",
        """
        outer | flag | whether the outermost loop moves all writes to arrays inside it
        inner | flag | the same for the innermost main loop
        loops | ~loops | the number of main loops for which that holds
        shared_scalars | scalars | scalars written that are declared outside the nest
        """,
    ),
    *group(
        "reduction",
        "Statement.reduction",
        """
        sum | statements | updates with ``+`` or ``-``
        minmax | statements | updates with minimum or maximum
        other | statements | updates with ``*``, ``&``, ``|`` or ``^``
        scan | scalars | scalars whose intermediate values are used, as in a prefix sum
        scalar | statements | updates of scalars
        loops | ~loops | largest number of loops that do not move what is updated
        inner | flag | whether the innermost main loop is one of them
        outer | flag | whether the outermost loop is one of them
        """,
    ),
    *group(
        "ops",
        "Statement.operations, Statement.calls",
        """
        add | operations / iteration | ``+``, ``-`` on floating point numbers
        multiply | operations / iteration | ``*`` on floating point numbers
        divide | operations / iteration | ``/`` on floating point numbers
        compare | operations / iteration | comparisons, selections, minima, roundings
        sqrt | operations / iteration | roots
        transcendental | operations / iteration | ``exp``, ``log``, ``pow``, ``sin``...
        integer | operations / iteration | on integers, and all bit operations
        flops | flop / iteration | on floating point numbers; complex 2, 6, 11
        flops_total | flop | flops times iterations
        """,
    ),
    *group(
        "memory",
        "Access.subscripts, Parameter.shape, Parameter.dtype",
        """
        total | bytes | elements touched times their size, over all arrays
        largest | bytes | of the array with most of them
        written | bytes | of the arrays that are written
        outer_iteration | bytes | the same for one iteration of the outermost loop
        inner_loops | bytes | the same for one execution of the two innermost main loops
        inner_loop | bytes | the same for one execution of the innermost main loop
        element | bytes | largest size of an element
        bytes | bytes / iteration | ``min(stride, element)`` over all accesses
        line_bytes | bytes / iteration | ``min(stride, 64)`` over all accesses
        reuse | accesses / element | bytes accessed over all iterations divided by total
        """,
    ),
    *group(
        "intensity",
        "ops and memory [2]_",
        """
        footprint | flop / byte | flops_total divided by memory_total
        streaming | flop / byte | flops divided by memory_bytes
        """,
    ),
    *group(
        "type",
        "Parameter.dtype, Local.dtype",
        """
        double | flag | whether an array of double is accessed
        float | flag | whether an array of float is accessed
        integer | flag | whether an array of integers is accessed
        complex | flag | whether an array of complex numbers is accessed
        """,
    ),
    *group(
        "omp",
        "Loop.directives",
        """
        parallel | flag | whether a directive shares a loop among threads
        simd | flag | whether a directive vectorizes a loop
        """,
    ),
)

NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)
