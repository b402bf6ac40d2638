from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.sync.models import Cursor
from core.sync.pull.place import OVERLAP, advance, reached_end, start_of, unseen
from core.sync.values import Position, Ref, Seen

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def cursor() -> Cursor:
    return Cursor(recent={}, place="", floor_place="", mark_place="")


def seen(key: str, at: datetime) -> Seen[Any]:
    return Seen(ref=Ref(id=key), stamp=at)


def at(moment: datetime, key: str) -> Position:
    return Position(stamp=moment, id=key)


def test_a_new_cursor_starts_at_the_beginning(cursor: Cursor) -> None:
    assert start_of(cursor) == Position()


def test_the_next_poll_starts_one_overlap_earlier(cursor: Cursor) -> None:
    advance(cursor, [seen("7", NOON)], at(NOON, "7"))
    assert start_of(cursor) == Position(stamp=NOON - OVERLAP)


def test_a_record_that_commits_late_is_met_and_the_others_are_not_read_twice(
    cursor: Cursor,
) -> None:
    advance(cursor, [seen("7", NOON)], at(NOON, "7"))
    reached_end(cursor, NOON)
    late = seen("6", NOON - 10 * SECOND)
    assert unseen(cursor, [late, seen("7", NOON)]) == [late]


def test_a_record_that_changed_again_is_news(cursor: Cursor) -> None:
    advance(cursor, [seen("7", NOON)], at(NOON, "7"))
    again = seen("7", NOON + SECOND)
    assert unseen(cursor, [again]) == [again]


def test_looking_back_does_not_move_the_place_back(cursor: Cursor) -> None:
    advance(cursor, [seen("7", NOON)], at(NOON, "7"))
    advance(cursor, [seen("6", NOON - SECOND)], at(NOON - SECOND, "6"))
    assert (cursor.stamp, cursor.place) == (NOON, "7")


def test_once_the_overlap_has_passed_an_idle_stream_is_read_from_its_end(cursor: Cursor) -> None:
    advance(cursor, [seen("7", NOON)], at(NOON, "7"))
    reached_end(cursor, NOON)
    reached_end(cursor, NOON + OVERLAP / 2)
    assert start_of(cursor).stamp == NOON - OVERLAP  # something may still commit late
    reached_end(cursor, NOON + OVERLAP)
    assert start_of(cursor) == at(NOON, "7")
    assert cursor.recent == {"7": NOON.isoformat()}


def test_the_floor_never_hides_what_came_after_it(cursor: Cursor) -> None:
    advance(cursor, [seen("7", NOON)], at(NOON, "7"))
    reached_end(cursor, NOON)
    reached_end(cursor, NOON + OVERLAP)
    later = NOON + OVERLAP + SECOND
    advance(cursor, [seen("9", later)], at(later, "9"))
    reached_end(cursor, later)
    # Something that began right after the old end and commits now stands behind the start.
    start = start_of(cursor).stamp
    assert start is not None
    assert start <= NOON + 2 * SECOND


def test_what_is_older_than_the_start_is_forgotten(cursor: Cursor) -> None:
    for minute in range(60):
        moment = NOON + timedelta(minutes=minute)
        advance(cursor, [seen(str(minute), moment)], at(moment, str(minute)))
    assert len(cursor.recent) == 6  # five minutes, both ends included


def test_a_feed_with_a_token_goes_on_where_it_was(cursor: Cursor) -> None:
    advance(cursor, [Seen(ref=Ref(id="a"))], Position(id="token-1"))
    reached_end(cursor, NOON)
    assert start_of(cursor) == Position(id="token-1")
    assert [item.ref.id for item in unseen(cursor, [Seen(ref=Ref(id="a"))])] == ["a"]
