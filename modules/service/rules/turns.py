"""Who gets the next ticket of a queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID


class Assignment(StrEnum):
    NONE = "none"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"


def next_in_turn(members: Sequence[UUID], last: UUID | None) -> UUID | None:
    """The member behind ``last``, and the first one when that was the last or is gone.

    ``members`` are in an order of their own that does not change.
    """
    if not members:
        return None
    behind = [member for member in members if last is not None and member > last]
    return min(behind) if behind else min(members)


def least_loaded(
    members: Sequence[UUID], load: Mapping[UUID, int], last: UUID | None
) -> UUID | None:
    """Who has the fewest undone tickets; among equals whose turn it is."""
    fewest = min((load.get(member, 0) for member in members), default=0)
    return next_in_turn([one for one in members if load.get(one, 0) == fewest], last)
