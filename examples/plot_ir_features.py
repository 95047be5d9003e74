"""
What LLVM IR says of a kernel
=============================

Six small kernels in LLVM IR, as text. Nothing is compiled and nothing is run: named
counters say what each of them does, a hash says which are the same program, and counts
of subtrees say which are alike.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

# %%
# The kernels
# -----------
#
# ``axpy`` adds a multiple of one array to another one, and ``renamed`` does the same
# under other names. ``sum`` adds up an array, ``column`` a column of a matrix with rows
# of 1000 floats, and ``gather`` what an array of indices points to. ``device`` is
# ``axpy`` as a kernel of OpenCL: a thread for each element in place of the loop.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics.pairwise import cosine_similarity

from tunembed.features import GraphVectorizer, IRVectorizer, ProgramParser, graph_hash
from tunembed.parsers import LoopAnalysis, program_graph

KERNELS = {
    "axpy": """
define void @axpy(float %a, ptr %x, ptr %y) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %px = getelementptr inbounds float, ptr %x, i64 %i
  %vx = load float, ptr %px, align 4
  %py = getelementptr inbounds float, ptr %y, i64 %i
  %vy = load float, ptr %py, align 4
  %product = fmul float %a, %vx
  %total = fadd float %vy, %product
  store float %total, ptr %py, align 4
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 1000
  br i1 %done, label %exit, label %loop
exit:
  ret void
}""",
    "sum": """
define float @sum(ptr %x) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %total = phi float [ 0.0, %entry ], [ %more, %loop ]
  %p = getelementptr inbounds float, ptr %x, i64 %i
  %v = load float, ptr %p, align 4
  %more = fadd float %total, %v
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 1000
  br i1 %done, label %exit, label %loop
exit:
  ret float %more
}""",
    "column": """
define float @column(ptr %A, i64 %j) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %total = phi float [ 0.0, %entry ], [ %more, %loop ]
  %p = getelementptr inbounds [1000 x float], ptr %A, i64 %i, i64 %j
  %v = load float, ptr %p, align 4
  %more = fadd float %total, %v
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 1000
  br i1 %done, label %exit, label %loop
exit:
  ret float %more
}""",
    "gather": """
define float @gather(ptr %x, ptr %index) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %total = phi float [ 0.0, %entry ], [ %more, %loop ]
  %q = getelementptr inbounds i64, ptr %index, i64 %i
  %j = load i64, ptr %q, align 8
  %p = getelementptr inbounds float, ptr %x, i64 %j
  %v = load float, ptr %p, align 4
  %more = fadd float %total, %v
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 1000
  br i1 %done, label %exit, label %loop
exit:
  ret float %more
}""",
    "device": """
declare i64 @get_global_id(i32)
define spir_kernel void @device(float %a, ptr addrspace(1) %x, ptr addrspace(1) %y) {
  %i = call i64 @get_global_id(i32 0)
  %px = getelementptr inbounds float, ptr addrspace(1) %x, i64 %i
  %vx = load float, ptr addrspace(1) %px, align 4
  %py = getelementptr inbounds float, ptr addrspace(1) %y, i64 %i
  %vy = load float, ptr addrspace(1) %py, align 4
  %product = fmul float %a, %vx
  %total = fadd float %vy, %product
  store float %total, ptr addrspace(1) %py, align 4
  ret void
}""",
}
KERNELS["renamed"] = KERNELS["axpy"].replace("%vx", "%old").replace("@axpy", "@saxpy")
modules = ProgramParser("llvm").transform(list(KERNELS.values()))

# %%
# Loops and strides
# -----------------
#
# How often a loop runs, by how many bytes it moves an address, and how many bytes lie
# between neighbouring threads of a GPU follow from the text.

for name, module in zip(KERNELS, modules, strict=True):
    for function in module.functions.values():
        analysis = LoopAnalysis(function)
        trips = [loop.trip_count for loop in analysis.loops]
        print(f"{name}: trips {trips}")
        for access in analysis.accesses:
            print(f"    {access.pattern}, {access.stride}, {access.thread_stride}")

# %%
# Named counters
# --------------
#
# A row per kernel. Shares lie between 0 and 1, all else is on a logarithmic scale.

vectorizer = IRVectorizer().set_output(transform="pandas")
table = vectorizer.transform(modules).set_axis(list(KERNELS), axis=0)
shown = [
    "loop_trips",
    "compute_flops",
    "access_read",
    "access_written",
    "stride_consecutive",
    "stride_strided",
    "stride_indirect",
    "thread_coalesced",
    "intensity_bytes",
]
table[shown].round(2)

# %%
# Which are the same, and which are alike
# ---------------------------------------
#
# Names do not matter to the hash of a program graph.

for name, module in zip(KERNELS, modules, strict=True):
    print(f"{name:8} {graph_hash(program_graph(module))}")

# %%
# The heat maps show the counters, each divided by its largest value, and the cosine of
# the angle between counts of subtrees.

counters = table[shown] / table[shown].max()
alike = cosine_similarity(GraphVectorizer().transform(modules))
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
left.imshow(counters.T, cmap="Blues", vmin=0, vmax=1, aspect="auto")
left.set_yticks(range(len(shown)), shown)
left.set_title("counters")
picture = right.imshow(alike, cmap="Blues", vmin=0, vmax=1, aspect="auto")
right.set_yticks(range(len(KERNELS)), KERNELS)
right.set_title("subtrees in common")
for axes in (left, right):
    axes.set_xticks(range(len(KERNELS)), KERNELS, rotation=45)
for row, column in np.ndindex(alike.shape):
    shade = "white" if alike[row, column] > 0.6 else "black"
    text = f"{alike[row, column]:.2f}"
    right.text(column, row, text, ha="center", va="center", color=shade)
figure.colorbar(picture, ax=right)
plt.show()
