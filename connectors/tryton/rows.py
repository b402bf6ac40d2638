"""Reading rows: pages of a stream, whole records, and ids for a sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Never, cast

from connectors.tryton.client import Rpc
from core.sync.values import Page, Position, Ref, Seen

Row = Mapping[str, Any]
Domain = list[object]

STAMP = "last_modified_at"
_IN_TIME = [[STAMP, "ASC"], ["id", "ASC"]]
#: Archived records count: they are not deleted.
_ANY = {"active_test": False}


def search(
    rpc: Rpc,
    model: str,
    domain: Domain,
    *,
    names: Sequence[str],
    context: Mapping[str, object] | None = None,
) -> list[Row]:
    """All that match, archived ones too, by id.

    Not ``read``: that refuses the whole list when one of the ids is gone.
    """
    answer = rpc.call(
        model,
        "search_read",
        domain,
        0,
        None,
        [["id", "ASC"]],
        names,
        context={**_ANY, **(context or {})},
    )
    return cast("list[Row]", answer)


def numbers(ids: Iterable[str]) -> list[int]:
    """Ids of ours that may be Tryton's: anything else can not be a record over there."""
    return [int(id_) for id_ in ids if id_.isascii() and id_.isdigit()]


def _ids(value: object) -> list[str]:
    """Of an id, a list of ids, or nothing."""
    if isinstance(value, list):
        return [str(id_) for id_ in value]
    return [] if value is None else [str(value)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Changes of one model. ``owner`` names the field with the ids that count as changed.

    ``last_modified_at`` is the start of the transaction that wrote a row, and shared by all rows
    of it, so the id decides inside a stamp. ``write_date`` is null on rows never written twice.
    """

    rpc: Rpc
    model: str
    owner: str = "id"
    domain: Sequence[object] = ()
    #: Turns a value of ``owner`` into the ids of our documents.
    ids_of: Callable[[Any], Sequence[str]] = field(default=_ids)

    def changed(self, after: Position, limit: int) -> Page[Never]:
        domain = [*self.domain, *_newer(after)]
        names = [self.owner, STAMP]
        answer = self.rpc.call(
            self.model, "search_read", domain, 0, limit, _IN_TIME, names, context=_ANY
        )
        rows = cast("list[Row]", answer)
        items: list[Seen[Never]] = [
            Seen(ref=Ref(id=id_), stamp=row[STAMP])
            for row in rows
            for id_ in self.ids_of(row[self.owner])
        ]
        last = Position(stamp=rows[-1][STAMP], id=str(rows[-1]["id"])) if rows else None
        return Page(items=tuple(items), next=last)


def _newer(after: Position) -> Domain:
    if after.stamp is None:
        return []
    same = [[STAMP, "=", after.stamp], ["id", ">", int(after.id or 0)]]
    return [["OR", [STAMP, ">", after.stamp], same]]


def sweep(
    rpc: Rpc, model: str, domain: Domain, *, after: str, limit: int, parts: Sequence[str] = ()
) -> list[Ref]:
    """Ids and versions, by id; ``parts`` are the rows that belong to a record."""
    beyond = [*domain, ["id", ">", int(after or 0)]]
    answer = rpc.call(
        model, "search_read", beyond, 0, limit, [["id", "ASC"]], stamps(parts), context=_ANY
    )
    return [Ref(id=str(row["id"]), version=version(row, parts)) for row in answer]


def stamps(parts: Sequence[str]) -> list[str]:
    """The fields ``version`` needs."""
    return [STAMP, *(f"{part}.{STAMP}" for part in parts)]


def version(row: Row, parts: Sequence[str] = ()) -> str:
    """The newest stamp of a record and its parts: a party does not move when its address does."""
    return moment(row, parts).isoformat()


def moment(row: Row, parts: Sequence[str] = ()) -> datetime:
    moments = [part[STAMP] for name in parts for part in row[f"{name}."]]
    return cast("datetime", max([row[STAMP], *moments]))
