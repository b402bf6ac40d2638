"""Customers see what is theirs, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from core.actor import system
from core.clock import utcnow
from core.errors import Invalid
from core.security.guard import PUBLIC, permission_of
from modules.contacts.services.merging import merge_parties, unmerge
from modules.marketing.models import Consent
from modules.marketing.rules.states import ConsentState
from modules.portal.models import Account
from modules.portal.services.accounts import close, invite
from modules.sales.models import Order, Quotation
from modules.service.models import Message, Ticket
from modules.service.rules.states import TicketState
from tests.modules.portal.town import LETTERHEAD, PASSWORD, Town, post

ADA, EVE = "ada@customer.example", "eve@other.example"


@pytest.fixture
def ada(town: Town) -> UUID:
    return town.party("Harbour Cycles")


@pytest.fixture
def eve(town: Town) -> UUID:
    return town.party("Hill Bikes")


def test_an_invitation_opens_the_portal_once(town: Town, ada: UUID) -> None:
    secret = town.invited(ada, ADA)
    client = town.app.test_client()
    assert "Ada Lovelace" in client.get(f"/portal/invitation/{secret}").text
    short = post(client, f"/portal/invitation/{secret}", password="short")
    assert (short.status_code, "at least 12 characters" in short.text) == (422, True)
    assert post(client, f"/portal/invitation/{secret}", password=PASSWORD).status_code == 303
    assert "Hello Ada Lovelace" in client.get("/portal/").text
    assert town.app.test_client().get(f"/portal/invitation/{secret}").status_code == 404


def test_an_old_invitation_opens_nothing(town: Town, ada: UUID) -> None:
    secret = town.invited(ada, ADA)
    with town.host.write(system()) as work:
        ended = utcnow() - timedelta(seconds=1)
        work.session.execute(update(Account).values(invitation_ends=ended))
    answer = town.app.test_client().get(f"/portal/invitation/{secret}")
    assert (answer.status_code, "too old" in answer.text) == (404, True)


def test_an_address_has_one_account(town: Town, ada: UUID) -> None:
    town.invited(ada, ADA)
    with town.host.write(system(company=town.company)) as work, pytest.raises(Invalid) as caught:
        invite(work, ada, email=" ADA@customer.example", name="", letterhead=LETTERHEAD)
    assert set(caught.value.fields) == {"email", "name"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_signing_in_out_and_a_forgotten_password(town: Town, ada: UUID) -> None:
    town.signed_in(ada, ADA)
    client = town.app.test_client()
    wrong = post(client, "/portal/sign-in", email=ADA, password="something else")
    assert (wrong.status_code, "is wrong" in wrong.text) == (401, True)
    right = post(client, "/portal/sign-in", email=ADA, password=PASSWORD, next="/portal/orders/")
    assert (right.status_code, right.location) == (303, "/portal/orders/")
    cookie = right.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert post(client, "/portal/sign-out").location == "/portal/sign-in"
    assert client.get("/portal/").location.startswith("/portal/sign-in")
    known, unknown = (post(client, "/portal/forgotten", email=one).text for one in (ADA, EVE))
    assert known.replace("\n", "") == unknown.replace("\n", "")
    again = post(client, f"/portal/invitation/{town.mailed(ADA)}", password="quite other words")
    assert again.status_code == 303


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_guessing_is_slowed_down(town: Town) -> None:
    client = town.app.test_client()
    tries = [post(client, "/portal/sign-in", email=ADA, password="wrong") for _ in range(7)]
    assert [one.status_code for one in tries].count(429) >= 1
    assert "Too many tries" in tries[-1].text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_closed_account_is_out_at_once(town: Town, ada: UUID) -> None:
    client = town.signed_in(ada, ADA)
    with town.host.write(system()) as work:
        close(work, work.session.scalars(select(Account.id)).one())
    assert client.get("/portal/").status_code == 303
    refused = post(town.app.test_client(), "/portal/sign-in", email=ADA, password=PASSWORD)
    assert refused.status_code == 401


def test_every_section_shows_what_is_theirs(town: Town, ada: UUID) -> None:
    town.purpose()
    keys, client = town.furnish(ada, ADA), town.signed_in(ada, ADA)
    for name, key in keys.items():
        assert str(key) in client.get(f"/portal/{name}/").text
        assert client.get(f"/portal/{name}/{key}").status_code == 200
    assert "120" in client.get("/portal/points/").text
    assert "Write to me about new bicycles." in client.get("/portal/consents/").text
    assert "They always say that" not in client.get(f"/portal/tickets/{keys['tickets']}").text
    with town.host.read(system()) as work:
        drafts = work.session.scalars(select(Order.id).where(Order.state == "draft")).all()
        version = work.session.scalars(select(Quotation.id)).one()
    assert [client.get(f"/portal/orders/{key}").status_code for key in drafts] == [404]
    pdf = client.get(f"/portal/quotations/{keys['quotations']}/files/{version}")
    assert (pdf.status_code, pdf.data[:5]) == (200, b"%PDF-")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_no_record_of_another_is_there_whatever_the_route(town: Town, ada: UUID, eve: UUID) -> None:
    """Every route of the portal that takes a key, with every key that is another customer's."""
    mine, theirs = town.furnish(ada, ADA), town.furnish(eve, EVE)
    client = town.signed_in(ada, ADA)
    with town.host.read(system()) as work:
        sections = list(work.enabled.portal)
        before = work.session.scalars(select(Message.id)).all()
    keys = [*theirs.values(), eve, ada]
    for name in [*sections, "nothing"]:
        assert not any(str(key) in client.get(f"/portal/{name}/").text for key in theirs.values())
        for key in keys:
            at = f"/portal/{name}/{key}"
            form = {"text": "Mine now", "do": "accept"}
            answers = [client.get(at), client.get(f"{at}/files/{key}"), post(client, at, **form)]
            assert [answer.status_code for answer in answers] == [404] * 3, at
    with town.host.read(system()) as work:
        assert work.session.scalars(select(Message.id)).all() == before
        assert work.session.get_one(Quotation, theirs["quotations"]).order_id is None
    assert client.get(f"/portal/orders/{mine['orders']}").status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_no_route_lets_a_stranger_in(town: Town, ada: UUID) -> None:
    keys, client = town.furnish(ada, ADA), town.app.test_client()
    doors = {"sign_in", "sign_in_now", "invitation", "accept", "forgotten"}
    rules = [one for one in town.app.url_map.iter_rules() if "portal_pages." in one.endpoint]
    within = [one for one in rules if one.endpoint.split(".")[1] not in doors]
    assert len(within) == 7
    for rule in within:
        assert permission_of(town.app.view_functions[rule.endpoint]) == PUBLIC
        at = rule.rule.replace("<name>", "orders").replace("<uuid:key>", str(keys["orders"]))
        at = at.replace("<uuid:file>", str(keys["orders"]))
        answer = client.get(at) if "GET" in (rule.methods or ()) else post(client, at)
        assert (answer.status_code, "/portal/sign-in" in (answer.location or "")) == (303, True), at


def test_a_quotation_is_accepted_there_once(town: Town, ada: UUID) -> None:
    keys, client = town.furnish(ada, ADA), town.signed_in(ada, ADA)
    at = f"/portal/quotations/{keys['quotations']}"
    seal = client.get(at).text.split('name="seal" value="')[1].split('"')[0]
    no = post(client, at, do="decline", seal=seal)
    assert (no.status_code, "why not" in no.text) == (422, True)
    for _ in range(2):
        assert post(client, at, do="accept", seal=seal).status_code == 303
    with town.host.read(system()) as work:
        orders = work.session.scalars(select(Order).where(Order.state == "confirmed")).all()
        assert len(orders) == 2
        assert work.session.get_one(Quotation, keys["quotations"]).order_id is not None


def test_a_question_is_asked_and_answered_there(town: Town, ada: UUID) -> None:
    client = town.signed_in(ada, ADA)
    nothing = post(client, "/portal/tickets/", subject="", text="It squeaks")
    assert (nothing.status_code, "It squeaks" in nothing.text) == (422, True)
    asked = post(client, "/portal/tickets/", subject="A squeak", text="It squeaks", complaint="1")
    assert asked.status_code == 303
    with town.host.write(system()) as work:
        ticket = work.session.scalars(select(Ticket)).one()
        key = ticket.id
        assert (ticket.kind, ticket.party_id, ticket.email) == ("complaint", ada, ADA)
        ticket.state = TicketState.WAITING_CUSTOMER
    assert post(client, f"/portal/tickets/{key}", text="At the front").status_code == 303
    with town.host.read(system()) as work:
        assert work.session.get_one(Ticket, key).state is TicketState.OPEN
        texts = work.session.scalars(select(Message.text).order_by(Message.at)).all()
        assert texts == ["It squeaks", "At the front"]


def test_consents_are_chosen_there_and_kept_with_their_proof(town: Town, ada: UUID) -> None:
    purpose, client = town.purpose(), town.signed_in(ada, ADA)
    for chosen, state in ((str(purpose), ConsentState.GIVEN), ("", ConsentState.WITHDRAWN)):
        assert post(client, "/portal/consents/", purpose=chosen).status_code == 303
        with town.host.read(system()) as work:
            assert work.session.scalars(select(Consent)).one().state is state


def test_an_account_follows_its_merged_party_and_goes_back(
    town: Town, ada: UUID, eve: UUID
) -> None:
    town.invited(ada, ADA)
    with town.host.write(system()) as work:
        merge = merge_parties(work, eve, ada)
        assert work.session.scalars(select(Account.party_id)).one() == eve
        unmerge(work, merge.id)
        assert work.session.scalars(select(Account.party_id)).one() == ada
