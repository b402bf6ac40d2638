"""What every connector has to hold to: inherit ``ConnectorKit``, say how to open a session, run.

    class TestSap(ConnectorKit):
        connector = sap
        settings = {"url": "http://127.0.0.1:8001", "user": "crm", "password": "crm"}

        def open(self) -> ErpSession:
            return self.connector.open(self.loaded(), FrameworkSessions(allowed=("127.0.0.1",)))

        def order(self) -> SalesOrder: ...      # one the ERP takes as it is now

A connector is asked for the verbs its endpoints have; for what it does not offer there is nothing
to hold. The ERP behind it needs some records of every kind it tells us about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import pytest

from core.codec import from_plain, to_plain
from core.ids import new_reference
from core.sync.contract import (
    Connector,
    Drafts,
    Endpoint,
    ErpSession,
    Finds,
    Guarantee,
    Lists,
    Reads,
    guarantee,
)
from core.sync.documents import Document, DocumentState, SalesOrder
from core.sync.errors import Rejected
from core.sync.values import Done, Found, Outcome, Outgoing, Position, Ref, Stream

#: An id no ERP gives out, and that is still a number for those that want one.
NOWHERE = "999999999"
_MOST_PAGES = 1000


@runtime_checkable
class TwoStep(Drafts[Any], Finds, Protocol):
    """Orders by draft and confirm."""


class ConnectorKit:
    connector: Connector[Any]
    settings: Mapping[str, Any]

    def open(self) -> ErpSession:
        raise NotImplementedError

    def order(self) -> SalesOrder:
        """A new one the ERP takes as it is."""
        raise NotImplementedError

    def loaded(self) -> Any:
        return self.connector.manifest.settings().load(self.settings)

    def test_settings_load_into_a_frozen_value(self) -> None:
        loaded = self.loaded()
        assert is_dataclass(loaded)
        with pytest.raises(FrozenInstanceError):
            setattr(loaded, fields(loaded)[0].name, "another")

    def test_check_answers_in_words(self) -> None:
        assert self.open().check().strip()

    def test_the_manifest_names_what_the_endpoints_offer(self) -> None:
        offered = [endpoint.document for endpoint in self.open().endpoints]
        assert len(offered) == len(set(offered)), "one endpoint per kind"
        assert set(offered) == set(self.connector.manifest.documents)

    def test_orders_are_sent_with_a_guarantee(self) -> None:
        orders = endpoint_of(self.open(), SalesOrder)
        if orders is not None:
            assert guarantee(orders) is not Guarantee.AT_MOST_ONCE

    def test_a_draft_is_found_by_its_reference(self) -> None:
        if erp := self._orders():
            item = self._outgoing()
            draft = done(erp.draft([item])[0])
            hit = one(erp.find([item.reference]))
            assert (hit.reference, hit.ref.id) == (item.reference, draft.ref.id)
            assert hit.state is DocumentState.DRAFT
            assert (hit.customer, hit.net) == (item.document.customer, item.document.net)

    def test_nothing_is_found_of_what_was_never_sent(self) -> None:
        if erp := self._orders():
            assert erp.find([new_reference("KIT-NEVER")]) == []

    def test_a_draft_whose_sender_died_is_found_and_confirmed_once(self) -> None:
        if erp := self._orders():
            item = self._outgoing()
            erp.draft([item])
            erp = self._orders() or erp  # another session: the sender's is gone
            hit = one(erp.find([item.reference]))
            assert done(erp.confirm([hit.ref])[0]).state is DocumentState.CONFIRMED
            assert done(erp.confirm([hit.ref])[0]).state is DocumentState.CONFIRMED
            assert one(erp.find([item.reference])).state is DocumentState.CONFIRMED

    def test_discarding_twice_is_harmless(self) -> None:
        if erp := self._orders():
            item = self._outgoing()
            draft = done(erp.draft([item])[0])
            done(erp.discard([draft.ref])[0])
            done(erp.discard([draft.ref])[0])
            alive = erp.find([item.reference])
            assert [hit for hit in alive if hit.state is not DocumentState.CANCELLED] == []

    def test_what_is_confirmed_is_never_discarded(self) -> None:
        if erp := self._orders():
            item = self._outgoing()
            draft = done(erp.draft([item])[0])
            erp.confirm([draft.ref])
            assert isinstance(answers(erp.discard, [draft.ref])[0], Rejected)
            assert one(erp.find([item.reference])).state is DocumentState.CONFIRMED

    def test_outcomes_come_in_the_order_of_the_items(self) -> None:
        if erp := self._orders():
            items = [self._outgoing() for _ in range(3)]
            refs = [done(outcome).ref for outcome in erp.draft(items)]
            found = {hit.reference: hit.ref.id for hit in erp.find([i.reference for i in items])}
            assert [found[item.reference] for item in items] == [ref.id for ref in refs]

    def test_an_unknown_product_is_rejected_and_leaves_nothing_behind(self) -> None:
        """In its place, or by refusing the whole list: then nothing of the list was done."""
        if erp := self._orders():
            good, bad = self._outgoing(), self._outgoing()
            line = replace(bad.document.lines[0], product=NOWHERE)
            bad = replace(bad, document=replace(bad.document, lines=(line,)))
            outcomes = answers(erp.draft, [good, bad])
            assert isinstance(outcomes[1], Rejected)
            there = [hit.reference for hit in erp.find([good.reference, bad.reference])]
            assert there == ([good.reference] if isinstance(outcomes[0], Done) else [])

    def test_confirming_what_is_gone_is_said_of_that_record(self) -> None:
        if erp := self._orders():
            draft = done(erp.draft([self._outgoing()])[0])
            gone, there = answers(erp.confirm, [Ref(id=NOWHERE), draft.ref])
            assert not isinstance(gone, Done)
            assert done(there).state is DocumentState.CONFIRMED

    def test_streams_resume_at_any_position(self) -> None:
        for endpoint in self.open().endpoints:
            for stream in endpoint.streams:
                assert seen_ids(stream, 3) == seen_ids(stream, 100), endpoint.document.__name__

    def test_bodies_carry_exact_values_only(self) -> None:
        for endpoint in self.open().endpoints:
            for body in bodies(endpoint):
                assert inexact(body) == []
                assert from_plain(to_plain(body), type(body)) == body

    def test_reading_leaves_out_what_is_not_there(self) -> None:
        for endpoint in self.open().endpoints:
            if isinstance(endpoint, Reads):
                assert list(endpoint.read([NOWHERE])) == []

    def test_ids_for_sweeps_are_complete_in_pages_of_any_size(self) -> None:
        for endpoint in self.open().endpoints:
            if isinstance(endpoint, Lists):
                assert listed(endpoint, 3) == listed(endpoint, 1000)

    def _orders(self) -> TwoStep | None:
        orders: object = endpoint_of(self.open(), SalesOrder)
        return orders if isinstance(orders, TwoStep) else None

    def _outgoing(self) -> Outgoing[SalesOrder]:
        return Outgoing(reference=new_reference("KIT"), document=self.order())


def endpoint_of(session: ErpSession, document: type[Document]) -> Endpoint | None:
    return next((one for one in session.endpoints if one.document is document), None)


def done(outcome: Outcome) -> Done:
    if not isinstance(outcome, Done):
        raise outcome
    return outcome


def one(hits: Sequence[Found]) -> Found:
    assert len(hits) == 1, hits
    return hits[0]


def answers(verb: Any, items: Sequence[Any]) -> list[Outcome]:
    """One per item, as the engine gets them: a list refused as a whole is halved."""
    try:
        return list(verb(items))
    except Rejected as error:
        if len(items) == 1:
            return [error]
    middle = len(items) // 2
    return answers(verb, items[:middle]) + answers(verb, items[middle:])


def seen_ids(stream: Stream[Any], limit: int) -> list[str]:
    """External ids in the stream's order, each where it stands last."""
    found: dict[str, None] = {}
    place: Position | None = Position()
    for _ in range(_MOST_PAGES):
        if place is None:
            return list(found)
        page = stream.changed(place, limit)
        for item in page.items:
            found.pop(item.ref.id, None)
            found[item.ref.id] = None
        place = page.next
    pytest.fail(f"the stream {stream.name} does not end")


def bodies(endpoint: Endpoint, limit: int = 20) -> list[Document]:
    ids = [key for stream in endpoint.streams for key in seen_ids(stream, 100)[:limit]]
    if not isinstance(endpoint, Reads):
        return []
    return [seen.body for seen in endpoint.read(ids) if seen.body is not None]


def listed(endpoint: Lists, limit: int) -> list[str]:
    found: list[str] = []
    while refs := endpoint.ids(found[-1] if found else "", limit):
        found += [ref.id for ref in refs]
    return found


def inexact(value: object) -> list[object]:
    """Floats and naive times anywhere inside."""
    if isinstance(value, float) or (isinstance(value, datetime) and value.tzinfo is None):
        return [value]
    inner: Sequence[object] = ()
    if is_dataclass(value) and not isinstance(value, type):
        inner = [getattr(value, field.name) for field in fields(value)]
    elif isinstance(value, Mapping):
        inner = list(value.values())
    elif isinstance(value, tuple | list):
        inner = value
    return [found for part in inner for found in inexact(part)]
