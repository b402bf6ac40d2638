"""The pages of a stream, one after the other. Network only: no transaction is open meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.sync.errors import Astray
from core.sync.values import Page, Position, Stream


def pages(stream: Stream[Any], start: Position, limit: int) -> Iterator[tuple[Page[Any], Position]]:
    """Each page with the place behind it.

    Raises what the ERP's side raises, and Astray for pages that lead back or round in circles: an
    end that is never reached would be asked for until somebody notices.
    """
    place, visited = start, {start.id}
    while True:
        page = stream.changed(place, limit)
        after = page.next
        yield page, after or place
        if after is None or after == place:
            return
        if after.stamp != place.stamp:
            _check_direction(stream, place, after)
            visited = set()
        elif after.id in visited:
            raise Astray(f"The pages of {stream.name} lead round in circles at {after.id}.")
        visited.add(after.id)
        place = after


def _check_direction(stream: Stream[Any], place: Position, after: Position) -> None:
    if place.stamp is None or (after.stamp is not None and after.stamp > place.stamp):
        return
    raise Astray(f"The pages of {stream.name} lead back from {place.stamp} to {after.stamp}.")
