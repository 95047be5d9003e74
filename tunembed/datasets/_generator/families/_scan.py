"""Scans and linear recurrences along one dimension."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunembed.datasets._generator._code import Branch, Loop, Node, assign, nest
from tunembed.datasets._generator._domain import condition, reads
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term, shift, total


@dataclass
class _Course:
    """Along which axis a scan runs, and which way."""

    axes: list[Axis]
    moving: int
    down: bool

    @property
    def axis(self) -> Axis:
        """The axis."""
        return self.axes[self.moving]

    def loop(self, late: int = 0) -> Loop:
        """Return its loop; late: how many elements at the beginning are left out."""
        if self.down:
            return self.axis.loop("0", shift(self.axis.extent, -late), down=True)
        return self.axis.loop(str(late))

    def others(self) -> list[Loop]:
        """Return the loops over the other axes, all of them parallel."""
        rest = [axis for axis in self.axes if axis != self.axis]
        return [axis.loop(parallel=True) for axis in rest]

    def at(self, back: int) -> list[str]:
        """Return the subscripts of the element so many steps back."""
        by = back if self.down else -back
        return [shift(axis.iterator, by * (axis == self.axis)) for axis in self.axes]


def scan(scope: Scope) -> list[Node]:
    """Return one pass, or two in opposite directions."""
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 1, 2, 2, 2, 3)), square=False)
    moving = draw.integer(0, len(axes) - 1)
    course = _Course(axes, moving, draw.chance(25))
    makes = (_running, _running, _in_array, _recurrence, _recurrence, _tridiagonal)
    kept = makes if scope.arithmetic.is_real else makes[:-1]
    nodes = draw.one_of(kept)(scope, course)
    if draw.chance(25):
        back = _Course(axes, moving, not course.down)
        nodes += draw.one_of(kept[:-1])(scope, back)
    return nodes


def _running(scope: Scope, course: _Course) -> list[Node]:
    """Return a scan whose state is a scalar."""
    draw, arithmetic = scope.draw, scope.arithmetic
    operands = reads(scope, course.axes, draw.integer(1, 3))
    lines, value = scope.compute(operands)
    declare, state = scope.accumulator()
    kind = draw.integer(0, 3)
    if kind == 0:
        best = arithmetic.extreme(draw, draw.one_of(("<", ">")), state, value)
        update: list[Node] = [assign(state, best)]
    elif kind == 1:
        update = [assign(state, _fading(scope, [state]) + value)]
    else:
        update = [assign(state, value, "+=")]
    if draw.chance(25):
        test = condition(scope, operands, course.axes)
        update = [Branch(test, [assign(state, arithmetic.number(0))], update)]
    target = scope.result(course.axes)
    store: list[Node] = [assign(target, state)]
    body = [*lines, *update, *store] if draw.chance(65) else [*lines, *store, *update]
    outer = course.others()
    if draw.chance(40):
        outer = draw.shuffled(outer)
    return nest(outer, [declare, *nest([course.loop()], body)])


def _in_array(scope: Scope, course: _Course) -> list[Node]:
    """Return a scan whose state is the element before."""
    draw, arithmetic = scope.draw, scope.arithmetic
    lines, value = scope.compute(reads(scope, course.axes, draw.integer(1, 2)))
    made = scope.array(
        *(axis.extent for axis in course.axes), role="output", dtype=scope.wide
    )
    element, before = made.at(*course.at(0)), made.at(*course.at(1))
    if draw.chance(60):
        update = assign(element, before + value)
    elif draw.chance(50):
        update = assign(element, before, "+=")
        lines = []
    else:
        sign = draw.one_of(("<", ">"))
        update = assign(element, arithmetic.extreme(draw, sign, before, value))
    return nest(_placed(scope, course, 1), [*lines, update])


def _recurrence(scope: Scope, course: _Course) -> list[Node]:
    """Return a recurrence of up to the third order."""
    draw = scope.draw
    order = draw.one_of((1, 1, 2, 2, 3))
    operands = reads(scope, course.axes, draw.integer(1, 2))
    lines, value = scope.compute(operands)
    made = scope.array(*(axis.extent for axis in course.axes), role="output")
    steps = sorted(draw.some_of(range(1, order + 1), draw.integer(1, order)))
    earlier = _fading(scope, [made.at(*course.at(step)) for step in steps])
    result = value + earlier if draw.chance(50) else earlier + value
    if not scope.arithmetic.is_real:
        result = result.modulo(draw.one_of((255, 1009)))
    store = assign(made.at(*course.at(0)), result)
    return nest(_placed(scope, course, max(steps)), [*lines, store])


def _fading(scope: Scope, earlier: Sequence[Term]) -> Term:
    """Return a sum of earlier values that gets smaller if nothing is added."""
    draw, arithmetic = scope.draw, scope.arithmetic
    if not arithmetic.is_real:
        return total(list(earlier)) / Term(str(len(earlier) + 1))
    share = 7 // len(earlier)
    weights = [arithmetic.number(draw.integer(1, share) / 8) for _ in earlier]
    return total([w * term for w, term in zip(weights, earlier, strict=True)])


def _tridiagonal(scope: Scope, course: _Course) -> list[Node]:
    """Return the solve of tridiagonal systems: there with factors, and back."""
    draw = scope.draw
    lower, upper = (scope.over(course.axes)[1] for _ in range(2))
    extents = [axis.extent for axis in course.axes]
    factor, solution = (scope.array(*extents, role="output") for _ in range(2))
    here, before, behind = course.at(0), course.at(1), course.at(-1)
    bias = scope.arithmetic.number(draw.integer(3, 6))
    pivot = lower * lower + bias - lower * factor.at(*before)
    declare, divisor = scope.temporary(pivot)
    numerator = solution.at(*here) - lower * solution.at(*before)
    there: list[Node] = [
        declare,
        assign(factor.at(*here), upper / (upper * upper + divisor * divisor)),
        assign(solution.at(*here), numerator / divisor),
    ]
    change = factor.at(*here) * solution.at(*behind)
    back: list[Node] = [assign(solution.at(*here), change, "-=")]
    reverse = _Course(course.axes, course.moving, not course.down)
    return [
        *nest(_placed(scope, course, 1), there),
        *nest(_placed(scope, reverse, 1), back),
    ]


def _placed(scope: Scope, course: _Course, late: int) -> list[Loop]:
    """Return all loops, the scan's own one anywhere among the others."""
    draw = scope.draw
    loops = course.others()
    if draw.chance(40):
        loops = draw.shuffled(loops)
    loops.insert(draw.integer(0, len(loops)), course.loop(late))
    return loops
