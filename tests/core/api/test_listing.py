"""Lists, on both databases: every row once whatever the sort, and a clear no to what can not be."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Date, Enum, Integer, MetaData, Table, Text, Uuid, insert, select

from core.actor import system
from core.api.listing import Listing, ListQuery, Part, count, page
from core.db.types import Amount, UtcDateTime
from core.errors import Invalid
from core.host import Host
from core.ids import new_id
from core.work import UnitOfWork


class Tone(StrEnum):
    LOW = "low"
    HIGH = "high"


metadata = MetaData()
bell = Table(
    "core_test_bell",
    metadata,
    Column("id", Uuid(), primary_key=True),
    Column("name", Text(), nullable=False),
    Column("weight", Amount(), nullable=True),
    Column("cast_at", UtcDateTime(), nullable=True),
    Column("year", Integer(), nullable=False),
    Column("hung_on", Date(), nullable=True),
    Column("tone", Enum(Tone, native_enum=False), nullable=True),
    Column("hangs", Integer()),
)

BELLS = Listing(
    name="bells",
    statement=select(bell.c.id, bell.c.name, bell.c.weight, bell.c.cast_at),
    sorts={
        "name": bell.c.name,
        "weight": bell.c.weight,
        "cast_at": bell.c.cast_at,
        "year": bell.c.year,
        "hung_on": bell.c.hung_on,
        "tone": bell.c.tone,
        "id": bell.c.id,
    },
    default="-cast_at",
    filters={
        "year": bell.c.year,
        "weight": bell.c.weight,
        "tone": bell.c.tone,
        "cast_at": bell.c.cast_at,
        "light": lambda text: bell.c.weight < Decimal(text),
    },
    search=lambda text: bell.c.name.contains(text, autoescape=True),
)

ROW = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["", "a", "b", "ü", "王伟", "A", "a'b"]),
        "weight": st.none()
        | st.sampled_from([Decimal("0.1"), Decimal("-3"), Decimal("99999.9999")]),
        "cast_at": st.none()
        | st.sampled_from(
            [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 7, tzinfo=UTC)]
        ),
        "year": st.integers(1400, 1403),
        "hung_on": st.none() | st.sampled_from([date(1999, 12, 31), date(2000, 1, 1)]),
        "tone": st.none() | st.sampled_from(Tone),
    }
)


@pytest.fixture
def work(host: Host) -> Iterator[UnitOfWork]:
    with host.write(system("tests")) as work:
        metadata.create_all(work.session.connection())
        yield work


def fill(work: UnitOfWork, rows: list[dict[str, Any]]) -> None:
    work.session.execute(bell.delete())
    if rows:
        work.session.execute(insert(bell), [{"id": new_id(), **row} for row in rows])


def walked(work: UnitOfWork, query: ListQuery) -> list[UUID]:
    seen: list[UUID] = []
    after: str | None = None
    while True:
        got = page(
            work,
            BELLS,
            ListQuery(
                limit=query.limit, after=after, sort=query.sort, filters=query.filters, q=query.q
            ),
        )
        assert len(got.rows) <= query.limit
        seen += [row.id for row in got.rows]
        if got.next is None:
            return seen
        assert len(got.rows) == query.limit
        after = got.next


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(ROW, max_size=14),
    sort=st.sampled_from([sign + name for name in BELLS.sorts for sign in ("", "-")]),
    filters=st.sampled_from([{}, {"year": "1401"}, {"tone": "low"}, {"light": "1"}]),
    q=st.sampled_from(["", "a", "王"]),
    limit=st.integers(1, 5),
)
def test_pages_hold_every_row_once_in_order(
    work: UnitOfWork,
    rows: list[dict[str, Any]],
    sort: str,
    filters: dict[str, str],
    q: str,
    limit: int,
) -> None:
    fill(work, rows)
    query = ListQuery(limit=200, sort=sort, filters=filters, q=q)
    whole = page(work, BELLS, query)
    assert whole.next is None
    expected = work.session.execute(select(bell.c.id).where(*BELLS.conditions(query))).scalars()
    assert {row.id for row in whole.rows} == set(expected)
    assert count(work, BELLS, query).number == len(whole.rows)
    paged = walked(work, ListQuery(limit=limit, sort=sort, filters=filters, q=q))
    assert paged == [row.id for row in whole.rows]


def plain_row(**given: Any) -> dict[str, Any]:
    return {
        "name": "x", "weight": None, "cast_at": None, "year": 1400, "hung_on": None, "tone": None,
        **given,
    }  # fmt: skip


@pytest.mark.parametrize("sort", ["weight", "-weight"])
def test_rows_without_a_value_come_last(work: UnitOfWork, sort: str) -> None:
    weights = [None, Decimal(2), None, Decimal(10)]
    fill(work, [plain_row(weight=weight) for weight in weights])
    found = [row.weight for row in page(work, BELLS, ListQuery(sort=sort)).rows]
    assert found == [*sorted([2, 10], reverse=sort.startswith("-")), None, None]


def test_a_row_added_before_the_page_moves_nothing(work: UnitOfWork) -> None:
    fill(work, [plain_row(name=name) for name in "bdfh"])
    first = page(work, BELLS, ListQuery(limit=2, sort="name"))
    work.session.execute(insert(bell), [{"id": new_id(), **plain_row(name="a")}])
    second = page(work, BELLS, ListQuery(limit=2, sort="name", after=first.next))
    assert [row.name for row in second.rows] == ["f", "h"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (ListQuery(sort="colour"), "sort"),
        (ListQuery(sort="--name"), "sort"),
        (ListQuery(filters={"colour": "red"}), "colour"),
        (ListQuery(filters={"year": "1e3"}), "year"),
        (ListQuery(filters={"year": "99999999999999999999999"}), "year"),
        (ListQuery(filters={"weight": "NaN"}), "weight"),
        (ListQuery(filters={"weight": "0.00001"}), "weight"),
        (ListQuery(filters={"weight": "1e999999"}), "weight"),
        (ListQuery(filters={"weight": "1e-999999"}), "weight"),
        (ListQuery(filters={"tone": "shrill"}), "tone"),
        (ListQuery(filters={"cast_at": "2026-01-01T00:00:00"}), "cast_at"),
        (ListQuery(limit=0), "limit"),
        (ListQuery(limit=201), "limit"),
        (ListQuery(after="x"), "after"),
        (ListQuery(after="ü"), "after"),
        (ListQuery(after="W10"), "after"),
        (ListQuery(after="bnVsbA"), "after"),
    ],
)
def test_what_the_list_can_not_do_is_named(work: UnitOfWork, query: ListQuery, field: str) -> None:
    with pytest.raises(Invalid) as raised:
        page(work, BELLS, query)
    assert list(raised.value.fields) == [field]


@pytest.mark.parametrize(
    "other",
    [
        {"sort": "-name"},
        {"sort": "year"},
        {"filters": {"year": "1400"}},
        {"q": "x"},
    ],
)
def test_a_cursor_of_another_sort_or_filter_is_refused(
    work: UnitOfWork, other: dict[str, Any]
) -> None:
    fill(work, [plain_row(), plain_row()])
    cursor = page(work, BELLS, ListQuery(limit=1, sort="name")).next
    with pytest.raises(Invalid) as raised:
        page(work, BELLS, ListQuery(**{"sort": "name", "after": cursor, **other}))
    assert "another list" in raised.value.fields["after"]


@pytest.mark.parametrize("forged", [[], {}, 1, 1.5, True])
@pytest.mark.parametrize("place", [1, 2])
def test_a_forged_cursor_is_refused(work: UnitOfWork, place: int, forged: object) -> None:
    fill(work, [plain_row(), plain_row()])
    cursor = page(work, BELLS, ListQuery(limit=1, sort="name")).next or ""
    parts = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    parts[place] = forged
    cursor = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()
    with pytest.raises(Invalid) as raised:
        page(work, BELLS, ListQuery(limit=1, sort="name", after=cursor.rstrip("=")))
    assert list(raised.value.fields) == ["after"]


def test_large_lists_are_counted_up_to_the_cap(work: UnitOfWork) -> None:
    fill(work, [plain_row() for _ in range(5)])
    assert (count(work, BELLS, ListQuery(), cap=4).number, True) == (4, True)
    assert count(work, BELLS, ListQuery(), cap=4).more
    assert not count(work, BELLS, ListQuery(), cap=5).more


def test_a_deep_page_seeks_in_the_index(work: UnitOfWork) -> None:
    """The database is told where to start in the index, instead of walking over earlier rows."""
    connection = work.session.connection()
    connection.exec_driver_sql(f"CREATE INDEX ix_core_test_bell ON {bell.name} (year, id)")
    fill(work, [plain_row(year=number) for number in range(3000)])
    connection.exec_driver_sql("ANALYZE")
    order = BELLS.ordering("year")
    seek = order.part(order.statement, Part.FILLED, after=True)
    seek = seek.params(last_value=2000, last_key=new_id(), wanted=5)
    compiled = seek.compile(connection, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {compiled}"))
    assert "(year,id)>" in plan or "Index Cond: (ROW(year, id) >" in plan, plan
    assert "sort" not in plan.lower().replace("sorted", ""), plan
