"""A small connector for the scripted ERP, with drafts or with creates in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from marshmallow import Schema, fields, post_load

from core.money import Money
from core.quantity import Quantity
from core.sync.contract import ConnectorManifest, Endpoint
from core.sync.documents import (
    Document,
    DocumentState,
    Party,
    Product,
    SalesOrder,
    SalesOrderLine,
)
from core.sync.errors import InDoubt, NotFound, Rejected, SyncError, Unsent
from core.sync.http import FrameworkSessions
from core.sync.sessions import HttpSession, Sessions
from core.sync.values import Done, Found, Outcome, Outgoing, Page, Position, Ref, Seen, Stream
from tests.chaos.ledger import TOKEN

COMPANY, CURRENCY, PIECE = "1", "EUR", "C62"
Json = dict[str, Any]
D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosSettings:
    url: str
    token: str
    one_step: bool
    #: Less patience than the product's, for a test that would otherwise wait for a minute.
    deadline_s: float | None


class ChaosSettingsSchema(Schema):
    url = fields.Str(required=True, metadata={"title": "Address"})
    token = fields.Str(load_default=TOKEN, metadata={"title": "Token", "secret": True})
    one_step = fields.Bool(load_default=False, metadata={"title": "Orders in one step"})
    deadline_s = fields.Float(load_default=None, metadata={"title": "Seconds per request"})

    @post_load
    def freeze(self, data: Mapping[str, Any], **_: Any) -> ChaosSettings:
        return ChaosSettings(**data)


@dataclass(frozen=True, slots=True)
class Wire:
    """Requests about one kind of record."""

    http: HttpSession
    kind: str

    def write(self, verb: str, items: Sequence[object]) -> list[Outcome]:
        answers = self._rows(verb, {"items": list(items)}, writes=True)
        return [_outcome(answer) for answer in answers]

    def look(self, verb: str, asked: Json) -> list[Json]:
        return self._rows(verb, asked, writes=False)

    def _rows(self, verb: str, asked: Json, *, writes: bool) -> list[Json]:
        answer = self.http.send("POST", f"{self.kind}/{verb}", body=asked, writes=writes)
        if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
            raise (InDoubt if writes else Unsent)("the answer is not one of this ERP's")
        return answer


@dataclass(frozen=True, slots=True)
class Told(Generic[D]):
    """Reading one kind: the stream, the bodies, the ids."""

    wire: Wire
    document: type[D]

    @property
    def streams(self) -> Sequence[Stream[D]]:
        return (Stream(name="all", changed=self._changed),)

    def read(self, ids: Sequence[str]) -> list[Seen[D]]:
        return [self._seen(row) for row in self.wire.look("read", {"ids": list(ids)})]

    def ids(self, after: str, limit: int) -> list[Ref]:
        return [_ref(row) for row in self.wire.look("ids", {"after": after, "limit": limit})]

    def _changed(self, after: Position, limit: int) -> Page[D]:
        stamp = after.stamp.isoformat(timespec="microseconds") if after.stamp else ""
        place = {"stamp": stamp, "id": after.id}
        seen = [
            self._seen(row) for row in self.wire.look("changed", {"after": place, "limit": limit})
        ]
        last = Position(stamp=seen[-1].stamp, id=seen[-1].ref.id) if seen else None
        return Page(items=tuple(seen), next=last)

    def _seen(self, row: Json) -> Seen[D]:
        body: Any = _DOCUMENTS[self.wire.kind](row)
        stamp = datetime.fromisoformat(row["version"])
        return Seen(ref=_ref(row), stamp=stamp, reference=row["reference"] or None, body=body)


@dataclass(frozen=True, slots=True)
class Parties(Told[Party]):
    def upsert(self, items: Sequence[Outgoing[Party]]) -> list[Outcome]:
        return self.wire.write("upsert", [_party_payload(item) for item in items])


@dataclass(frozen=True, slots=True)
class _FoundOrders(Told[SalesOrder]):
    def find(self, references: Sequence[str]) -> list[Found]:
        return [_found(row) for row in self.wire.look("find", {"references": list(references)})]

    def cancel(self, refs: Sequence[Ref]) -> list[Outcome]:
        return self.wire.write("cancel", [ref.id for ref in refs])


@dataclass(frozen=True, slots=True)
class Orders(_FoundOrders):
    def draft(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        return self.wire.write("draft", [_payload(item) for item in items])

    def confirm(self, refs: Sequence[Ref]) -> list[Outcome]:
        return self.wire.write("confirm", [ref.id for ref in refs])

    def discard(self, refs: Sequence[Ref]) -> list[Outcome]:
        return self.wire.write("discard", [ref.id for ref in refs])


@dataclass(frozen=True, slots=True)
class OneStepOrders(_FoundOrders):
    def create(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        return self.wire.write("create", [_payload(item) for item in items])


@dataclass(frozen=True, slots=True)
class ChaosSession:
    http: HttpSession
    one_step: bool

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        orders = OneStepOrders if self.one_step else Orders
        return (
            Parties(Wire(self.http, "party"), Party),
            Told(Wire(self.http, "product"), Product),
            orders(Wire(self.http, "order"), SalesOrder),
        )

    def check(self) -> str:
        Wire(self.http, "product").look("ids", {"after": "", "limit": 1})
        return "The scripted ERP"


@dataclass(frozen=True, slots=True)
class ChaosConnector:
    manifest = ConnectorManifest(
        key="chaos",
        title="Scripted ERP",
        settings=ChaosSettingsSchema,
        documents=(Party, Product, SalesOrder),
        versions=("1",),
    )

    def open(self, settings: ChaosSettings, sessions: Sessions) -> ChaosSession:
        headers = {"Authorization": f"Bearer {settings.token}"}
        if settings.deadline_s is not None and isinstance(sessions, FrameworkSessions):
            sessions = replace(sessions, deadline_s=settings.deadline_s)
        return ChaosSession(sessions.http(settings.url, headers=headers), settings.one_step)


connector = ChaosConnector()


def _party_payload(item: Outgoing[Party]) -> Json:
    known = {"id": item.ref.id} if item.ref else {}
    return {"reference": item.reference, "name": item.document.name, **known}


def _payload(item: Outgoing[SalesOrder]) -> Json:
    order = item.document
    return {
        "reference": item.reference,
        "customer": order.customer,
        "net": format(order.net.amount, "f"),
        "currency": order.net.currency,
        "ordered_on": order.ordered_on.isoformat(),
        "lines": [
            {
                "product": line.product,
                "quantity": format(line.quantity.amount, "f"),
                "unit_price": format(line.unit_price.amount, "f"),
            }
            for line in order.lines
        ],
    }


def _outcome(answer: Json) -> Outcome:
    if "error" in answer:
        return _refusal(answer)
    return Done(ref=_ref(answer), state=DocumentState(answer["state"]), number=answer["id"])


def _refusal(answer: Json) -> SyncError:
    if answer["error"] == "not_found":
        return NotFound(answer["message"])
    return Rejected(answer["message"], field=answer["field"])


def _ref(row: Json) -> Ref:
    return Ref(id=row["id"], version=row["version"])


def _found(row: Json) -> Found:
    body = row["body"]
    return Found(
        reference=row["reference"],
        ref=_ref(row),
        state=DocumentState(row["state"]),
        customer=body["customer"],
        net=Money(Decimal(body["net"]), body["currency"]),
    )


def _party(row: Json) -> Party:
    return Party(company=COMPANY, name=row["body"]["name"])


def _product(row: Json) -> Product:
    price = Money(Decimal(row["body"]["price"]), CURRENCY)
    sku = row["reference"]
    return Product(company=COMPANY, sku=sku, name=sku, uom=PIECE, unit_price=price)


def _order(row: Json) -> SalesOrder:
    body = row["body"]
    lines = tuple(
        SalesOrderLine(
            product=line["product"],
            quantity=Quantity(Decimal(line["quantity"]), PIECE),
            unit_price=Money(Decimal(line["unit_price"]), body["currency"]),
        )
        for line in body["lines"]
    )
    return SalesOrder(
        company=COMPANY,
        customer=body["customer"],
        lines=lines,
        net=Money(Decimal(body["net"]), body["currency"]),
        ordered_on=date.fromisoformat(body["ordered_on"]),
        number=row["id"],
        state=DocumentState(row["state"]),
        reference=row["reference"],
    )


_DOCUMENTS = {"party": _party, "product": _product, "order": _order}
