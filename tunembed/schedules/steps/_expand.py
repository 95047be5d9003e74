"""expand(s): one element per iteration for a local variable."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.parsers import Affine
from tunembed.schedules._scop import ScopAccess
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import ScheduleError


class Expand(Step):
    """Turn a scalar declared inside loops into an array over these loops.

    Iterations then no longer share it, so that fission and interchange become legal.
    """

    kind = "expand"
    array_first = True

    def validate(self) -> None:
        """One variable."""
        self.require(at_least=1)
        if len(self.names) != 1 or self.options:
            raise ScheduleError(f"{self}: name one variable")

    def apply(self, plan: Plan) -> Plan:
        """Note the loops whose iterations get an element each."""
        name = self.names[0]
        dims = {
            access.private
            for statement in plan.scop.statements.values()
            for access in statement.accesses
            if access.array == name
        }
        if len(dims) != 1 or not next(iter(dims)):
            raise ScheduleError(
                f"{self}: '{name}' is not declared inside one loop, or not there"
            )
        if plan.scop.privates[name].shape:
            raise ScheduleError(f"{self}: '{name}' is an array already")
        expanded = {**plan.scop.expanded, name: next(iter(dims))}
        statements = {
            key: replace(
                statement,
                accesses=tuple(_public(a, name) for a in statement.accesses),
            )
            for key, statement in plan.scop.statements.items()
        }
        scop = replace(plan.scop, expanded=expanded, statements=statements)
        return replace(plan, scop=scop)


def _public(access: ScopAccess, name: str) -> ScopAccess:
    if access.array != name:
        return access
    subscripts = tuple(Affine.variable(dim) for dim in access.private)
    return replace(access, subscripts=subscripts, private=())
