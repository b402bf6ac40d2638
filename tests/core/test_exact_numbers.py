"""Decimals are kept to the last place, or refused in words: the same on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from core.db.engine import open_engine
from core.db.types import Exact

_SUMS = Table(
    "sums", MetaData(), Column("id", Integer, primary_key=True), Column("amount", Exact(4))
)


@pytest.fixture
def sums(empty_database_url: str) -> Iterator[Connection]:
    engine = open_engine(empty_database_url)
    with engine.begin() as connection:
        _SUMS.create(connection)
        yield connection
    engine.dispose()


@pytest.mark.parametrize(
    "value", ["0", "-0.0001", "0.1", "1E+2", "12.3400", "922337203685477.5807", "-922337203685477"]
)
def test_kept_to_the_last_place(sums: Connection, value: str) -> None:
    sums.execute(insert(_SUMS).values(amount=Decimal(value)))
    kept = sums.scalar(select(_SUMS.c.amount))
    assert kept == Decimal(value)


def test_none_and_whole_numbers_are_values_too(sums: Connection) -> None:
    sums.execute(insert(_SUMS), [{"id": 1, "amount": None}, {"id": 2, "amount": 7}])
    assert list(sums.scalars(select(_SUMS.c.amount).order_by(_SUMS.c.id))) == [None, Decimal(7)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.5, "not exact"),
        (Decimal("0.00001"), "more than 4 places"),
        (Decimal("922337203685477.5808"), "out of range"),
        (Decimal("1E+999999"), "out of range"),
        (Decimal("-Infinity"), "out of range"),
        (Decimal("NaN"), "no number"),
    ],
)
def test_refused(sums: Connection, value: object, words: str) -> None:
    with pytest.raises(StatementError, match=words):
        sums.execute(insert(_SUMS).values(amount=value))
