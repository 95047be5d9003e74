"""The table of the named counters of LLVM IR."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.features._feature import Feature, group

_KINDS = """
add | {unit} | additions and subtractions of integers{of}
multiply | {unit} | multiplications of integers{of}
divide | {unit} | divisions and remainders of integers{of}
logic | {unit} | shifts and bitwise operations{of}
fadd | {unit} | floating-point additions, subtractions and negations{of}
fmultiply | {unit} | floating-point multiplications{of}
fdivide | {unit} | floating-point divisions and remainders{of}
fma | {unit} | calls of a fused multiply-add{of}
extreme | {unit} | calls of a minimum, maximum or absolute value{of}
root | {unit} | calls of a square or cube root{of}
transcendental | {unit} | calls of exponential, logarithm, power or trigonometry{of}
rounding | {unit} | calls that round or convert{of}
dot | {unit} | calls that reduce a vector{of}
compare | {unit} | comparisons of integers and pointers{of}
fcompare | {unit} | floating-point comparisons{of}
select | {unit} | selections{of}
convert | {unit} | conversions of numbers{of}
address | {unit} | computations and casts of addresses{of}
load | {unit} | loads{of}
store | {unit} | stores{of}
atomic | {unit} | atomic updates{of}
barrier | {unit} | barriers and fences{of}
copy | {unit} | calls that copy or set memory{of}
allocate | {unit} | calls that allocate or free memory{of}
stack | {unit} | variables put on the stack{of}
phi | {unit} | phis{of}
branch | {unit} | conditional branches{of}
jump | {unit} | unconditional branches{of}
switch | {unit} | branches to many places{of}
return | {unit} | ends of functions{of}
vector | {unit} | vector elements taken out, put in or shuffled{of}
aggregate | {unit} | members taken out of or put into structs{of}
position | {unit} | questions for the number of the thread or group{of}
runtime | {unit} | calls of a parallel runtime{of}
function | {unit} | calls of all other functions{of}
"""

IR_FEATURES: tuple[Feature, ...] = (
    *group(
        "code",
        "IRModule.functions, IRFunction.blocks",
        """
        functions | functions | functions with a body
        instructions | instructions | all of them
        blocks | blocks | basic blocks
        parameters | parameters | of all functions
        pointers | parameters | those that are pointers
        arrays | bytes | size of the variables on the stack
        extent | elements | largest extent of an array that an address names
        volume | elements | product of the three largest different extents
        """,
    ),
    *group(
        "mix",
        "IRFunction.opcodes",
        _KINDS.format(unit="~share", of=", of all instructions"),
    ),
    *group(
        "work",
        "IRFunction.opcodes, IRLoop.trip_count",
        _KINDS.format(unit="instructions / call", of=", times the trips around"),
    ),
    *group(
        "loop",
        "LoopAnalysis.loops",
        """
        loops | loops | natural loops
        depth | ~loops | largest number of loops inside each other
        innermost | loops | loops without loops inside
        known | ~share | loops with a constant trip count
        counted | ~share | loops with an induction variable
        divergent | accesses / call | loads and stores in loops that threads of a GPU \
may leave at different times, times the trips around [4]_
        blocks | ~blocks / loop | mean number of blocks
        trips | iterations | largest product of trips of loops inside each other
        inside | ~share | instructions that are in a loop
        """,
    ),
    *group(
        "access",
        "MemoryAccess.address_space, MemoryAccess.dtype",
        """
        stack | accesses / call | of local variables, times the trips around
        read | accesses / call | all other loads, times the trips around
        written | accesses / call | all other stores, times the trips around
        local | accesses / call | of address space 3: local, or shared memory
        constant | accesses / call | of address spaces 2 and 4: constants
        bytes | bytes / call | read and written other than on the stack
        width | ~bytes | mean size of a value
        float | ~share | accesses of float
        double | ~share | accesses of double
        integer | ~share | accesses of integers
        pointer | ~share | accesses of pointers
        vector | ~share | accesses of vectors
        volatile | accesses | loads and stores that are volatile or atomic
        """,
    ),
    *group(
        "stride",
        "MemoryAccess.pattern; share of accesses other than on the stack",
        """
        once | ~share | outside of loops
        invariant | ~share | the innermost loop stays at the address
        consecutive | ~share | it goes to the neighbour
        strided | ~share | it goes somewhere else
        indirect | ~share | the address depends on what another load found
        unknown | ~share | all others
        """,
    ),
    *group(
        "thread",
        "MemoryAccess.is_even, .thread_stride; accesses other than on the stack [2]_",
        """
        uniform | ~share | neighbouring threads access the same address
        coalesced | ~share | neighbouring addresses
        near | ~share | addresses at another constant distance, up to 128 bytes
        far | ~share | addresses at a larger, or symbolic, distance
        irregular | ~share | all others
        read_uniform | accesses / call | loads of the same address, times the trips
        read_coalesced | accesses / call | of neighbouring addresses
        read_near | accesses / call | at another constant distance, up to 128 bytes
        read_far | accesses / call | at a larger, or symbolic, distance
        read_irregular | accesses / call | all others
        written_uniform | accesses / call | stores to the same address, times the trips
        written_coalesced | accesses / call | to neighbouring addresses
        written_near | accesses / call | at another constant distance, up to 128 bytes
        written_far | accesses / call | at a larger, or symbolic, distance
        written_irregular | accesses / call | all others
        distance | bytes | mean constant distance
        dimensions | ~dimensions | for how many the thread's number is asked
        global | questions | for the thread's number
        group | questions | for its number in the group, or the group's
        """,
    ),
    *group(
        "compute",
        "IRFunction.opcodes, IRFunction.texts, IRLoop.trip_count",
        """
        flops | flop / call | floating-point operations, times lanes and trips around
        special | ~share | flops that are divisions, roots or transcendental
        vector | ~share | instructions on vectors
        lanes | ~lanes | largest vector
        """,
    ),
    *group(
        "intensity",
        "compute and access [3]_",
        """
        bytes | flop / byte | compute_flops divided by access_bytes
        accesses | instructions / access | arithmetic instructions divided by accesses
        coalesced | ~share | coalesced accesses of all that are not local
        local | ~share | local accesses of all
        branches | branches / access | conditional branches divided by accesses
        """,
    ),
)
IR_NAMES: tuple[str, ...] = tuple(feature.name for feature in IR_FEATURES)
