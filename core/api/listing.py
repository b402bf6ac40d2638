"""Lists for people and programs: what may be sorted, filtered and searched, and one page of it.

Pages follow each other by the last row's place, never by a count of rows to skip: page 1,000 costs
what page 1 costs, and a row that is added or removed in between moves nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from core.api.cursor import read_cursor, write_cursor
from core.api.parsing import parse
from core.companies import visible
from core.errors import Invalid
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: What a list reads by: a Core column, a mapped attribute or an expression.
Expression = ColumnElement[Any] | InstrumentedAttribute[Any]
#: Makes a condition of what the caller wrote; ValueError says in words why it can not.
Condition = Callable[[str], ColumnElement[bool]]

DEFAULT_LIMIT, LARGEST_LIMIT = 80, 200

#: The label under which a page reads the sorted value of its rows.
_SORTED = "sorted_by"
#: Statements a list keeps: by sort, companies seen, part and whether it goes on from a place.
_MOST_KEPT = 200


class Part(StrEnum):
    """Which of a list's rows one statement reads: databases differ in where they put NULL."""

    ALL = "all"
    FILLED = "filled"
    EMPTY = "empty"


_Kept = tuple[str, frozenset[UUID] | None, Part, bool]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list, made once per module: ``page`` and ``count`` answer it.

    ``statement`` selects labelled columns, among them ``id``, the key of what is listed: it breaks
    ties. ``sorts`` and ``filters`` say by name what callers may use; have an index on (column, id)
    for every sort that large tables meet. A filter by a column takes one value of the column's
    type. Rows without a value come last in either direction.
    """

    name: str
    statement: Select[*tuple[Any, ...]]
    sorts: Mapping[str, Expression]
    #: A name of ``sorts``; ``-name`` is descending.
    default: str
    filters: Mapping[str, Expression | Condition] = field(default_factory=dict)
    search: Condition | None = None
    #: Statements of earlier pages: see ``_Source``.
    kept: dict[_Kept, Select[*tuple[Any, ...]]] = field(default_factory=dict, repr=False)

    @cached_property
    def key(self) -> ColumnElement[Any]:
        return self.statement.selected_columns["id"]

    def ordering(self, sort: str) -> Ordering:
        """Raise Invalid naming ``sort`` when the list can not be sorted so."""
        if sort not in self._orderings:
            raise Invalid(
                _("This list can not be sorted by %(sort)s.", sort=sort),
                fields={"sort": _("Choose one of %(choices)s.", choices=", ".join(self.sorts))},
            )
        return self._orderings[sort]

    @cached_property
    def _orderings(self) -> dict[str, Ordering]:
        """Statements made once: making them costs as much as the database's own work."""
        return {
            sign + name: Ordering.of(self, by, descending=bool(sign))
            for name, by in self.sorts.items()
            for sign in ("", "-")
        }

    def conditions(self, query: ListQuery) -> list[ColumnElement[bool]]:
        """Raise Invalid naming each filter that is unknown or holds what it does not take."""
        problems: dict[str, str] = {}
        found = []
        for name, text in query.filters.items():
            try:
                found.append(self._condition(name, text))
            except ValueError as error:
                problems[name] = str(error)
        if query.q:
            if self.search is None:
                problems["q"] = _("This list has no search.")
            else:
                found.append(self.search(query.q))
        if problems:
            raise Invalid(_("The list can not be filtered so."), fields=problems)
        return found

    def _condition(self, name: str, text: str) -> ColumnElement[bool]:
        if name not in self.filters:
            raise ValueError(_("This list has no filter %(name)s.", name=name))
        by = self.filters[name]
        if isinstance(by, ColumnElement | InstrumentedAttribute):
            equal: ColumnElement[bool] = by == parse(text, by.type)
            return equal
        return by(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What the caller wants of a list. ``after`` is the ``next`` of the page before."""

    limit: int = DEFAULT_LIMIT
    after: str | None = None
    sort: str | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    q: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """``next`` is None on the last page."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    next: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """``more``: there are more than ``number``; counting all of a large table is not worth it."""

    number: int
    more: bool


@dataclass(frozen=True, slots=True)
class Ordering:
    by: Expression
    key: ColumnElement[Any]
    descending: bool
    #: The listing's, sorted, with the value it is sorted by.
    statement: Select[*tuple[Any, ...]]
    #: An outer join may leave any column empty but those of the listed record itself.
    may_be_empty: bool

    @staticmethod
    def of(listing: Listing, by: Expression, *, descending: bool) -> Ordering:
        columns: list[Any] = [by, listing.key]
        order = [column.desc() for column in columns] if descending else columns
        own = getattr(by, "table", None) is getattr(listing.key, "table", listing)
        return Ordering(
            by,
            listing.key,
            descending,
            listing.statement.add_columns(by.label(_SORTED)).order_by(*order),
            not own or bool(getattr(by, "nullable", True)),
        )

    def part(
        self, statement: Select[*tuple[Any, ...]], which: Part, *, after: bool
    ) -> Select[*tuple[Any, ...]]:
        """At most ``wanted`` rows of the part, those behind ``last_value`` and ``last_key``."""
        if which is not Part.ALL:
            filled = which is Part.FILLED
            statement = statement.where(self.by.is_not(None) if filled else self.by.is_(None))
        if after:
            statement = statement.where(self._behind(which))
        return statement.limit(bindparam("wanted", type_=Integer()))

    def _behind(self, which: Part) -> ColumnElement[bool]:
        last_key = bindparam("last_key", type_=self.key.type)
        if which is Part.EMPTY:
            return self.key < last_key if self.descending else self.key > last_key
        place = tuple_(self.by, self.key)
        last_place = tuple_(bindparam("last_value", type_=self.by.type), last_key)
        # One comparison of row values, since both databases answer it from an index.
        return place < last_place if self.descending else place > last_place


def page(work: UnitOfWork, listing: Listing, query: ListQuery) -> Page:
    """The rows the actor may see, and the cursor of the next page."""
    if not 1 <= query.limit <= LARGEST_LIMIT:
        raise Invalid(
            _("The page is too small or too large."),
            fields={"limit": _("From 1 to %(n)s.", n=LARGEST_LIMIT)},
        )
    sort = query.sort or listing.default
    order = listing.ordering(sort)
    source = _Source(work, listing, sort, tuple(listing.conditions(query)))
    # What a cursor belongs to: with another list, sort or filter it would skip rows unseen.
    scope = (listing.name, sort, query.filters, query.q)
    last = None
    if query.after is not None:
        last = read_cursor(query.after, scope, (order.by.type, order.key.type))
    rows = _rows(source, last, query.limit + 1)
    if len(rows) <= query.limit:
        return Page(rows, None)
    rows = rows[: query.limit]
    return Page(rows, write_cursor(scope, (getattr(rows[-1], _SORTED), rows[-1].id)))


@dataclass(frozen=True, slots=True)
class _Source:
    """One list, sorted and filtered, as this actor sees it."""

    work: UnitOfWork
    listing: Listing
    sort: str
    conditions: tuple[ColumnElement[bool], ...]

    def read(
        self, which: Part, last: tuple[Any, Any] | None, wanted: int
    ) -> list[Row[*tuple[Any, ...]]]:
        """Past the session: looking for records among the columns is a third of the effort."""
        values = {"wanted": wanted}
        if last is not None:
            values |= {"last_key": last[1]} | ({} if last[0] is None else {"last_value": last[0]})
        self.work.session.flush()
        statement = self._statement(which, after=last is not None)
        return list(self.work.session.connection().execute(statement, values).all())

    def _statement(self, which: Part, *, after: bool) -> Select[*tuple[Any, ...]]:
        """The very statement of an earlier request, where nothing is filtered.

        SQLAlchemy knows it again, and need not fit its plan for the rows to another statement.
        """
        order = self.listing.ordering(self.sort)
        if self.conditions:
            filtered = visible(self.work, order.statement).where(*self.conditions)
            return order.part(filtered, which, after=after)
        kept, key = self.listing.kept, (self.sort, self.work.actor.companies, which, after)
        if key not in kept:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            kept[key] = order.part(visible(self.work, order.statement), which, after=after)
        return kept[key]


def _rows(
    source: _Source, last: tuple[Any, Any] | None, wanted: int
) -> list[Row[*tuple[Any, ...]]]:
    """Rows with a value first, then those without: databases differ in where they put NULL."""
    if not source.listing.ordering(source.sort).may_be_empty:
        return source.read(Part.ALL, last, wanted)
    rows: list[Row[*tuple[Any, ...]]] = []
    if last is None or last[0] is not None:
        rows = source.read(Part.FILLED, last, wanted)
        last = None
    if len(rows) < wanted:
        rows += source.read(Part.EMPTY, last, wanted - len(rows))
    return rows


def count(work: UnitOfWork, listing: Listing, query: ListQuery, *, cap: int = 10_000) -> Count:
    """How many rows the query has in all, up to ``cap``."""
    statement = visible(work, listing.statement).where(*listing.conditions(query))
    one: ColumnElement[int] = literal_column("1")
    rows = statement.with_only_columns(one, maintain_column_froms=True).limit(cap + 1).subquery()
    found = work.session.scalar(select(func.count()).select_from(rows)) or 0
    return Count(min(found, cap), found > cap)
