from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.sync.models import Cursor
from core.sync.pull.place import (
    MANY,
    OVERLAP,
    Reading,
    advance,
    reached_end,
    reading_of,
    start_anew,
    start_of,
    unseen,
    worth_noting,
)
from core.sync.values import Position, Ref, Seen

NOON = datetime(2026, 11, 22, 12, 0, 0, 500, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def cursor() -> Cursor:
    return Cursor(place="", at_place="", floor_place="", mark_place="", behind=0)


def seen(key: str, at: datetime) -> Seen[Any]:
    return Seen(ref=Ref(id=key), stamp=at)


def at(moment: datetime, key: str = "") -> Position:
    return Position(stamp=moment, id=key)


def read_through(
    cursor: Cursor, *places: Position, began: datetime = NOON, took: timedelta = timedelta()
) -> Reading:
    """A whole reading that stored a page at each place; ``began`` is our clock."""
    reading = reading_of(cursor, began)
    for place in places:
        advance(cursor, reading, place)
    reached_end(cursor, reading, began + took)
    return reading


def test_a_new_cursor_starts_at_the_beginning(cursor: Cursor) -> None:
    assert reading_of(cursor, NOON).start == Position()


def test_the_next_reading_starts_one_overlap_earlier(cursor: Cursor) -> None:
    read_through(cursor, at(NOON, "7"))
    assert start_of(cursor) == at(NOON - OVERLAP)


def test_it_starts_earlier_still_by_what_the_last_reading_took(cursor: Cursor) -> None:
    """What began just before the reading did, and committed just after it had passed by."""
    read_through(cursor, at(NOON), took=timedelta(minutes=2))
    assert start_of(cursor) == at(NOON - OVERLAP - timedelta(minutes=2))


def test_a_reading_that_was_broken_off_goes_on_from_its_last_page(cursor: Cursor) -> None:
    reading = reading_of(cursor, NOON)
    advance(cursor, reading, at(NOON, "500"))
    again = reading_of(cursor, NOON + timedelta(hours=1))
    assert (again.start, again.began_at) == (at(NOON, "500"), NOON)


def test_a_page_that_only_looks_back_does_not_move_the_place_back(cursor: Cursor) -> None:
    read_through(cursor, at(NOON, "7"))
    advance(cursor, reading_of(cursor, NOON), at(NOON - SECOND, "6"))
    assert (cursor.stamp, cursor.place) == (NOON, "7")


def test_once_the_overlap_has_passed_an_idle_stream_is_read_from_its_end(cursor: Cursor) -> None:
    read_through(cursor, at(NOON, "7"))
    read_through(cursor, began=NOON + OVERLAP / 2)
    assert start_of(cursor) == at(NOON - OVERLAP)  # something may still commit late
    read_through(cursor, began=NOON + OVERLAP)
    assert start_of(cursor) == at(NOON, "7")


def test_a_reading_that_began_too_early_raises_no_floor(cursor: Cursor) -> None:
    """It ended after the overlap, but may have passed by before what commits late was there."""
    read_through(cursor, at(NOON, "7"))
    read_through(cursor, began=NOON + OVERLAP - SECOND, took=2 * SECOND)
    assert start_of(cursor).stamp == NOON - OVERLAP - 2 * SECOND


def test_the_floor_never_hides_what_came_after_it(cursor: Cursor) -> None:
    read_through(cursor, at(NOON, "7"))
    later = NOON + OVERLAP
    read_through(cursor, at(later, "9"), began=later)
    # Something that began right after the old end and commits now stands behind the start.
    assert start_of(cursor) == at(NOON, "7")


def test_of_many_records_behind_the_end_it_is_asked_once_the_overlap_has_passed(
    cursor: Cursor,
) -> None:
    read_through(cursor, at(NOON, "7"))
    cursor.behind = MANY + 1
    forward = reading_of(cursor, NOON + SECOND)
    assert (forward.start, forward.began_at) == (at(NOON, "7"), None)
    advance(cursor, forward, at(NOON + SECOND, "8"))
    reached_end(cursor, forward, NOON + SECOND)
    back = reading_of(cursor, NOON + OVERLAP)
    assert back.start == at(NOON - OVERLAP)  # from before the mass change, not from its end
    assert back.began_at == NOON + OVERLAP


def test_only_what_was_not_read_with_that_stamp_is_news() -> None:
    sighted = {"6": NOON, "7": NOON}
    late, again = seen("5", NOON - 10 * SECOND), seen("7", NOON + SECOND)
    assert unseen([late, seen("6", NOON), again], sighted) == [late, again]


def test_of_pages_out_of_order_the_newest_sighting_counts() -> None:
    newest = seen("7", NOON + SECOND)
    assert unseen([newest, seen("7", NOON)], {}) == [newest]


def test_only_what_may_be_met_again_is_noted(cursor: Cursor) -> None:
    reading = reading_of(cursor, NOON)
    advance(cursor, reading, at(NOON, "9"))
    items = [seen("1", NOON - timedelta(hours=1)), seen("9", NOON - SECOND)]
    assert worth_noting(cursor, reading, items, now=NOON) == {"9": NOON - SECOND}


def test_a_second_that_may_not_be_over_is_read_once_more(cursor: Cursor) -> None:
    """Stamps of one second hide what changed later in the same second."""
    whole = NOON.replace(microsecond=0)
    first = reading_of(cursor, NOON)
    advance(cursor, first, at(whole, "9"))
    items = [seen("8", whole - SECOND), seen("9", whole)]
    assert worth_noting(cursor, first, items, now=NOON) == {"8": whole - SECOND}
    reached_end(cursor, first, NOON)
    second = reading_of(cursor, NOON + 3 * SECOND)
    advance(cursor, second, at(whole, "9"))
    assert worth_noting(cursor, second, items[1:], now=NOON) == {"9": whole}


def test_a_feed_with_a_token_goes_on_where_it_was(cursor: Cursor) -> None:
    read_through(cursor, Position(id="token-1"))
    assert start_of(cursor) == Position(id="token-1")
    assert unseen([Seen(ref=Ref(id="a"))], {}) == [Seen(ref=Ref(id="a"))]


def test_a_feed_that_forgot_our_place_starts_at_its_beginning(cursor: Cursor) -> None:
    read_through(cursor, Position(id="token-1"))
    start_anew(cursor)
    assert reading_of(cursor, NOON).start == Position()
