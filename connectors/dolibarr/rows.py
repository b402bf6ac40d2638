"""Reading over REST: pages of changes, lists for sweeps, and versions that see every edit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any, Never

from connectors.dolibarr.client import Rest
from connectors.dolibarr.mapping.company import Company
from connectors.dolibarr.verdicts import Row
from core.codec import canonical
from core.money import zero
from core.sync.documents import Document
from core.sync.errors import NotFound
from core.sync.values import Page, Position, Ref, Seen, Summary

STAMP = "date_modification"
#: Rows per request where few fields of many are wanted; 1000 were answered when measured.
_MOST = 500
#: Rows per request with all they hold: 100 orders weighed 1.8 MB.
_FULL = 100
_WORTH_A_LIST = 12


def _own_id(row: Row) -> Sequence[str]:
    return (str(row["id"]),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Changes of one list, by the database's ``tms`` and the row's id.

    Stamps are whole seconds and shared by many rows, so the rest of a second is asked for by id.
    """

    rest: Rest
    company: Company
    path: str
    stamp: str = STAMP
    #: What is asked for of each row; Dolibarr leaves the rest out, where it knows the parameter.
    properties: Sequence[str] = ()
    #: The ids of our documents that a row says have changed.
    ids_of: Callable[[Row], Sequence[str]] = field(default=_own_id)

    def changed(self, after: Position, limit: int) -> Page[Never]:
        rows: list[Row] = []
        for text in self._filters(after):
            if len(rows) < limit:
                rows += self._rows(text, limit - len(rows))
        items: list[Seen[Never]] = [
            Seen(ref=Ref(id=id_), stamp=self.company.moment(row[self.stamp]))
            for row in rows
            for id_ in self.ids_of(row)
        ]
        return Page(items=tuple(items), next=self._place(rows[-1]) if rows else None)

    def _place(self, row: Row) -> Position:
        return Position(stamp=self.company.moment(row[self.stamp]), id=str(row["id"]))

    def _rows(self, text: str, limit: int) -> list[Row]:
        params = {"sortfield": "t.tms,t.rowid", "sortorder": "ASC,ASC", "limit": str(limit)}
        if text:
            params["sqlfilters"] = text
        if self.properties:
            params["properties"] = ",".join(("id", self.stamp, *self.properties))
        return self.rest.rows(self.path, params)

    def _filters(self, after: Position) -> Sequence[str]:
        if after.stamp is None:
            return ("",)
        wall = self.company.wall_clock(after.stamp)
        if not after.id:
            return (f"(t.tms:>=:'{wall}')",)
        return (
            f"(t.tms:=:'{wall}') and (t.rowid:>:'{int(after.id)}')",
            f"(t.tms:>:'{wall}')",
        )


def numbers(ids: Sequence[str]) -> list[str]:
    """Ids of ours that may be Dolibarr's: anything else can not be a record over there."""
    return [id_ for id_ in ids if id_.isascii() and id_.isdigit()]


def present(
    rest: Rest, path: str, ids: Sequence[str], params: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """Read one by one, and leave out what is gone."""
    for id_ in numbers(ids):
        try:
            yield rest.get(f"{path}/{id_}", params)
        except NotFound:
            continue


def present_in_bulk(
    rest: Rest, path: str, ids: Sequence[str], params: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """As ``present``, in stretches of ids where most of a stretch is wanted.

    For kinds whose lists say all that a single answer says. A list of 100 takes Dolibarr as long
    as a dozen single answers.
    """
    listing = Listing(rest, path, params=params or {})
    for stretch in _stretches(sorted({int(id_) for id_ in numbers(ids)})):
        if len(stretch) < _WORTH_A_LIST:
            yield from present(rest, path, [str(number) for number in stretch], params)
            continue
        last, wanted = stretch[-1], set(stretch)
        rows = replace(listing, filters=f"(t.rowid:<=:'{last}')").beyond(str(stretch[0] - 1), _FULL)
        yield from (row for row in rows if int(row["id"]) in wanted)


def _stretches(sorted_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Runs that span no more ids than one list holds."""
    start = 0
    for end, number in enumerate(sorted_ids):
        if number - sorted_ids[start] >= _FULL:
            yield sorted_ids[start:end]
            start = end
    if sorted_ids:
        yield sorted_ids[start:]


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of one list by their ids, for sweeps and sums. ``filters`` are Dolibarr's own."""

    rest: Rest
    path: str
    filters: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    def beyond(self, after: str, limit: int, *, properties: Sequence[str] = ()) -> list[Row]:
        params = {
            **self.params,
            "sqlfilters": self._beyond(after),
            "sortfield": "t.rowid",
            "sortorder": "ASC",
            "limit": str(limit),
        }
        if properties:
            params["properties"] = ",".join(properties)
        return self.rest.rows(self.path, params)

    def every(self, properties: Sequence[str]) -> Iterator[Row]:
        after = ""
        while rows := self.beyond(after, _MOST, properties=("id", *properties)):
            yield from rows
            after = str(rows[-1]["id"])

    def between(self, column: str, first: date, last: date) -> Listing:
        """Those dated so, both days included."""
        dated = f"(t.{column}:>=:'{first}') and (t.{column}:<=:'{last}')"
        filters = f"{self.filters} and {dated}" if self.filters else dated
        return replace(self, filters=filters)

    def _beyond(self, after: str) -> str:
        text = f"(t.rowid:>:'{int(after or 0)}')"
        return f"{text} and {self.filters}" if self.filters else text


def summary(
    listing: Listing, company: Company, *, counts: Callable[[Row], bool], sign: int = 1
) -> Summary:
    """How many of the rows count, and their net amounts in the company's currency."""
    count, total = 0, zero(company.currency)
    for row in listing.every(("status", "paye", "total_ht")):
        if counts(row):
            count, total = count + 1, total + company.money(row["total_ht"]) * sign
    return Summary(count=count, totals=(total,) if count else ())


def version(row: Row, body: Document) -> str:
    """The stamp and a digest of what we read.

    The stamp alone is not enough: it has whole seconds, and it stays when a line gets another
    text, or an invoice a payment. All versions are of REST: SOAP writes the same stamp otherwise.
    """
    return f"{row.get(STAMP)}-{sha256(canonical(body)).hexdigest()[:16]}"


def text(row: Row, name: str) -> str:
    value: Any = row.get(name)
    return "" if value is None else str(value)
