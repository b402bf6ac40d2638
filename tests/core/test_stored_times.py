"""SQLite compares times as text: all writers have to spell them alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from core.db.types import UtcDateTime

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EAST = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    "moment",
    [NOON, NOON + timedelta(microseconds=5), NOON.astimezone(timezone(timedelta(hours=9)))],
)
def test_a_time_is_spelt_as_sqlalchemy_spells_it(moment: datetime) -> None:
    dialect = sqlite.dialect()
    ours = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    theirs = DateTime().dialect_impl(dialect).bind_processor(dialect)
    assert ours
    assert theirs
    assert ours(moment) == theirs(moment.astimezone(UTC))
    assert ours(None) is None
    with pytest.raises(ValueError, match="naive"):
        ours(moment.replace(tzinfo=None))
