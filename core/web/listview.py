"""What ``list.html`` shows, worked out beforehand: templates do not compute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from sqlalchemy import Row

from core.api.listing import Count, Listing, ListQuery
from core.web import formats
from core.web.columns import Column
from core.web.facets import Applied, Choice, here
from core.web.i18n import gettext as _
from core.web.i18n import ngettext


@dataclass(frozen=True, slots=True)
class Head:
    name: str
    title: str
    at_end: bool
    #: '' for a column the list can not be sorted by.
    href: str
    #: As ``aria-sort`` has it: ascending, descending or none.
    sorted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    heads: Sequence[Head]
    rows: Sequence[Sequence[Markup]]
    #: Title of each facet with what it offers; and what holds now.
    offers: Sequence[tuple[str, Sequence[Choice]]]
    applied: Sequence[Applied]
    query: ListQuery
    counted: Count | None
    next: str | None
    #: Rows that stand above these already.
    before: int = 0
    problem: str = ""
    reasons: Sequence[str] = ()

    @property
    def shown(self) -> str:
        """``1–80``, with ``of`` behind it: ``/ 10,000+``."""
        last = self.before + len(self.rows)
        return f"1–{formats.number(last)}" if last else "0"

    @property
    def of(self) -> str:
        if self.counted is None:
            return ""
        return formats.number(self.counted.number) + ("+" if self.counted.more else "")

    @property
    def announced(self) -> str:
        """For those who hear the page: what a search came to."""
        found = self.counted or Count(len(self.rows), more=False)
        if found.more:
            return _("More than %(n)s rows", n=formats.number(found.number))
        return ngettext("%(n)s row", "%(n)s rows", found.number)

    @property
    def more(self) -> str:
        """The address of the next rows; '' on the last page."""
        if self.next is None:
            return ""
        return _with(here(), after=self.next, shown=str(self.before + len(self.rows)))

    @property
    def csv(self) -> str:
        return _with(here(), format="csv")

    @property
    def bare(self) -> str:
        """The list without search and filters."""
        return here(q=None, **dict.fromkeys(self.query.filters))

    @property
    def empty(self) -> bool:
        """There is nothing at all: neither to be found nor to be filtered."""
        return not (self.rows or self.narrowed or self.problem)

    @property
    def narrowed(self) -> bool:
        return bool(self.query.q or self.query.filters)


def heads(columns: Sequence[Column], listing: Listing, sort: str) -> list[Head]:
    return [_head(column, listing, sort) for column in columns]


def _head(column: Column, listing: Listing, sort: str) -> Head:
    now = {column.name: "ascending", f"-{column.name}": "descending"}.get(sort, "none")
    href = ""
    if column.name in listing.sorts:
        href = here(sort=f"-{column.name}" if now == "ascending" else column.name)
    return Head(column.name, _(column.title), column.at_end, href, now)


def cells(columns: Sequence[Column], rows: Sequence[Row[Any]]) -> list[list[Markup]]:
    return [[column.html(row) for column in columns] for row in rows]


def _with(address: str, **words: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(words)}"
