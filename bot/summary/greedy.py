"""A first grouping for the solver to better: merge, step by step, what costs least to merge."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """The question in numbers, a row for each kind of people and a column for each subject.

    `people` is how many are of a kind, `free` how many rooms of subjects they may be in, `needs`
    which subjects (0 or 1) they must be with, `unwanted` what of each does not concern them.
    """

    people: Whole
    free: Whole
    needs: Whole
    unwanted: Whole
    open: Whole
    room_cost: int
    capacity: int


def grouping(table: Table) -> tuple[int, ...]:
    """For each subject the first subject of its group. It may still break the limit."""
    count = table.needs.shape[1]
    groups = [[subject] for subject in range(count)]
    seats, burden, hours = table.needs.copy(), table.unwanted.copy(), list(table.open)
    while len(groups) > 1:
        pair = _best(table, seats, burden, np.array(hours))
        if pair is None:
            break
        one, other = pair
        groups[one] += groups.pop(other)
        seats[:, one] |= seats[:, other]
        burden[:, one] += burden[:, other]
        seats, burden = np.delete(seats, other, 1), np.delete(burden, other, 1)
        del hours[other]
    return _first_of(groups, count)


def _best(table: Table, seats: Whole, burden: Whole, hours: Whole) -> tuple[int, int] | None:
    """The pair whose merging helps most; None where none helps."""
    one, other = np.triu_indices(seats.shape[1], 1)
    both = seats[:, one] | seats[:, other]
    paid = table.people @ (seats * burden)
    costs = table.people @ (both * (burden[:, one] + burden[:, other]))
    costs = costs - paid[one] - paid[other] - table.room_cost
    excess = np.maximum(0, seats.sum(1) - table.free)
    fewer = (table.people * (excess > 0)) @ (seats[:, one] & seats[:, other])
    allowed = (hours[one] == hours[other]) & (table.people @ both <= table.capacity)
    useful = allowed & ((fewer > 0) if excess.any() else (costs < 0))
    if not useful.any():
        return None
    # What a merge costs for each person whom it brings nearer to the limit.
    worth = np.where(useful, costs / np.maximum(1, fewer), np.inf)
    best = int(np.argmin(worth))
    return int(one[best]), int(other[best])


def _first_of(groups: Sequence[Sequence[int]], count: int) -> tuple[int, ...]:
    firsts = [0] * count
    for group in groups:
        for subject in group:
            firsts[subject] = min(group)
    return tuple(firsts)
