"""What other modules and programs see of tickets, and do with them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import deeds, traits
from core.clock import utcnow
from core.companies import Company
from core.deeds import Asked
from core.ids import new_id
from core.security.accounts import Person
from core.testing.people import browser_of, enrol, program_of
from modules.contacts.rules import PartyFields
from modules.contacts.services.merging import merge_parties, unmerge
from modules.contacts.services.parties import create_party
from modules.sales.events import PromiseBroken
from modules.sales.models import Order
from modules.service.rules.states import Kind
from modules.service.services.late import open_case
from tests.modules.service.conftest import Desk
from tests.modules.service.steps import opened, the

sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@sqlite
def test_a_late_shipment_opens_one_case_for_all_its_lines(desk: Desk, anna: UUID) -> None:
    with desk.host.write(desk.actor) as work:
        order = Order(
            company_id=desk.company,
            number="SO-1",
            customer_id=anna,
            currency="EUR",
            ordered_on=utcnow().date(),
            net=0,
            tax=0,
        )
        work.session.add(order)
        work.session.flush()
        for sku, kind in (("W1", "delivery"), ("W2", "delivery"), ("W3", "price")):
            event = PromiseBroken(
                promise_id=new_id(),
                order_id=order.id,
                customer_id=anna,
                number="SO-1",
                sku=sku,
                kind=kind,
                state="broken",
                promised_on=utcnow().date(),
            )
            open_case(event, work)
    (case,) = desk.tickets()
    assert (case.party_id, case.about_id, case.email) == (anna, order.id, "anna@customer.example")
    assert [one.text.split()[0] for one in desk.thread(case.id)] == ["W1", "W2"]


@sqlite
def test_others_know_a_customers_tickets_and_have_one_opened(desk: Desk, anna: UUID) -> None:
    opened(desk, party_id=anna, kind=Kind.COMPLAINT)
    asked = Asked(
        record_id=anna, settings={"subject": "Call Anna"}, key="journey:1:2", reason="Journey"
    )
    for _ in range(2):
        with desk.host.write(desk.actor) as work:
            deeds.do(work, "service.open_ticket", asked)
    with desk.host.read(desk.actor) as work:
        assert traits.value(work, "service.open_tickets", anna) == 2
        assert traits.value(work, "service.complaints", anna) == 1
        assert traits.value(work, "service.csat", anna) is None


@sqlite
def test_whoever_sees_another_company_sees_no_ticket_of_this(desk: Desk, app: Flask) -> None:
    key = opened(desk)
    with desk.host.write(desk.actor) as work:
        other = Company(name="Other", currency="EUR")
        work.session.add(other)
        work.session.flush()
        person = Person(
            email="bo@tandem.example",
            name="Bo",
            roles=frozenset({"Service agent"}),
            companies=frozenset({other.id}),
            company_id=other.id,
        )
    stranger = enrol(desk.host, person)
    program, browser = program_of(app, stranger), browser_of(app, stranger)
    assert program.get(f"/api/v1/tickets/{key}").status_code == 404
    listed: Any = program.get("/api/v1/tickets").json
    assert listed["items"] == []
    for path in ("", "/others", "/edit"):
        assert browser.get(f"/tickets/{key}{path}").status_code == 404
    assert browser.post(f"/tickets/{key}/reply", data={"text": "x"}).status_code == 404
    assert browser.get("/tickets/settings").status_code == 403


@sqlite
def test_the_api_opens_answers_merges_and_moves(desk: Desk, api_client: FlaskClient) -> None:
    body = {"subject": "Lamp", "text": "Dark", "email": "b@x.example", "client_reference": "r1"}
    first: Any = api_client.post("/api/v1/tickets", json=body)
    assert first.status_code == 201, first.text
    again: Any = api_client.post("/api/v1/tickets", json=body)
    assert again.json["id"] == first.json["id"]
    path = f"/api/v1/tickets/{first.json['id']}"
    answered: Any = api_client.post(f"{path}/replies", json={"text": "On its way"})
    assert answered.json["state"] == "waiting_customer"
    assert [one["direction"] for one in answered.json["messages"]] == ["inbound", "outbound"]
    refused = api_client.post(f"{path}/state", json={"state": "closed"})
    assert refused.status_code == 409
    other = opened(desk)
    merged: Any = api_client.post(f"{path}/merge", json={"into_id": str(other)})
    assert merged.json["state"] == "merged"
    apart: Any = api_client.post(f"{path}/unmerge")
    assert apart.json["state"] == "waiting_customer"
    stranger = {"assignee_id": str(new_id())}
    assert api_client.post(f"{path}/assign", json=stranger).status_code == 422


@sqlite
def test_tickets_follow_a_customer_who_was_two(desk: Desk, anna: UUID) -> None:
    with desk.host.write(desk.actor) as work:
        fields: PartyFields = {"name": "A. Sommer"}
        other = create_party(work, fields).id
    key = opened(desk, party_id=other)
    with desk.host.write(desk.actor) as work:
        merge_id = merge_parties(work, anna, other).id
    assert the(desk, key).party_id == anna
    with desk.host.write(desk.actor) as work:
        unmerge(work, merge_id)
    assert the(desk, key).party_id == other
