"""The pages of leads and opportunities: the public's form, tables, conversion, board, pipelines."""

from __future__ import annotations

import re
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.actor import system
from core.host import Host
from modules.contacts.models import Party
from modules.contacts.services import create_party
from modules.sales.models import Lead, LeadForm, Opportunity
from modules.sales.rules.leads import LeadSource, LeadState
from modules.sales.services.lead_forms import add_form

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

TABLE = """Company;E-mail;Name;Shoe size
Harbour Cycles;anna@harbour.example;Anna;38
Harbour Cycles;ANNA@harbour.example;Anna again;38
Known Ltd;;Bob;40
Lamps;nowhere;Carl;41
"""


@pytest.fixture
def form(host: Host, company: UUID) -> str:
    with host.write(system(company=company)) as work:
        fields = {"title": "Write to us", "consent_text": "Write to me about lamps", "active": True}
        return add_form(work, fields).key  # type: ignore[arg-type]  # a mapping of FormFields


def leads(host: Host) -> list[Lead]:
    with host.read(system()) as work:
        return list(work.session.scalars(select(Lead).order_by(Lead.id)))


def test_anybody_answers_a_form_from_any_page(app: Flask, host: Host, form: str) -> None:
    stranger = app.test_client()
    shown = stranger.get(f"/forms/{form}?utm_source=news&gclid=1")
    assert "frame-ancestors *" in shown.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in shown.headers
    assert 'name="utm_source" value="news"' in shown.text
    refused = stranger.post(f"/forms/{form}", data={"name": "Anna", "email": "no"})
    assert (refused.status_code, "needs a name, an @" in refused.text) == (422, True)
    answer = {"name": "Anna", "email": "anna@x.example", "consent": "yes", "utm_source": "news"}
    assert "We have got it" in stranger.post(f"/forms/{form}", data=answer).text
    [lead] = leads(host)
    assert (lead.source, lead.utm, lead.consent_text) == (
        LeadSource.FORM,
        {"utm_source": "news"},
        "Write to me about lamps",
    )
    assert lead.consented_at is not None


def test_programs_and_the_impatient_leave_no_lead(app: Flask, host: Host, form: str) -> None:
    stranger = app.test_client()
    trapped = {"name": "Bot", "email": "bot@x.example", "website": "http://x.example"}
    assert "We have got it" in stranger.post(f"/forms/{form}", data=trapped).text
    for _try in range(9):
        stranger.post(f"/forms/{form}", data={})
    late = stranger.post(f"/forms/{form}", data={"name": "Anna", "email": "a@x.example"})
    assert (late.status_code, leads(host)) == (429, [])


def test_a_closed_form_is_not_there(app: Flask, host: Host, form: str) -> None:
    with host.write(system()) as work:
        work.session.scalars(select(LeadForm)).one().active = False
    assert app.test_client().get(f"/forms/{form}").status_code == 404


def test_a_table_is_looked_at_applied_and_taken_back(
    browser_client: FlaskClient, host: Host, company: UUID
) -> None:
    with host.write(system(company=company)) as work:
        create_party(work, {"name": "Known Ltd"})
    brought = browser_client.post(
        "/leads/imports/", data={"file": (BytesIO(TABLE.encode()), "fair.csv")}
    )
    assert brought.status_code == 303
    page = browser_client.get(brought.location).text
    for words in ("Line 2 of this file is the same", "Give an e-mail", "Shoe size", "Make 1 lead"):
        assert words in page, words
    assert leads(host) == []
    browser_client.post(f"{brought.location}/apply")
    [lead] = leads(host)
    assert (lead.name, lead.organisation, lead.source) == (
        "Anna",
        "Harbour Cycles",
        LeadSource.IMPORT,
    )
    assert browser_client.post(f"{brought.location}/apply").status_code == 409
    assert "Anna" in browser_client.get("/leads/?q=harbour").text
    browser_client.post(f"{brought.location}/undo")
    assert leads(host) == []


def test_leads_somebody_has_touched_stay_when_an_import_is_taken_back(
    browser_client: FlaskClient, host: Host
) -> None:
    table = BytesIO(b"name,email\nAnna,a@x.example\nBob,b@x.example\n")
    brought = browser_client.post("/leads/imports/", data={"file": (table, "x.csv")}).location
    browser_client.post(f"{brought}/apply")
    browser_client.post(f"/leads/{leads(host)[0].id}/work")
    undone = browser_client.post(f"{brought}/undo", follow_redirects=True)
    assert "1 lead stays" in undone.text
    assert [lead.state for lead in leads(host)] == [LeadState.WORKING]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "No column is known"),
        (b"a,b\n1,2\n", "No column is known"),
        (b"name,email\n", "nothing under the first line"),
        (b"\x00\x01\x02", "no table"),
        (b"PK\x05\x06" + bytes(18), "can not be read"),
        (b"name\n" + b"x\n" * 5_001, "More than 5000 lines"),
    ],
)
def test_what_is_no_table_is_refused_in_words(
    browser_client: FlaskClient, content: bytes, words: str
) -> None:
    sent = browser_client.post("/leads/imports/", data={"file": (BytesIO(content), "x.csv")})
    assert (sent.status_code, words in sent.text) == (422, True), sent.text


def test_from_a_lead_to_a_lost_opportunity_by_forms(browser_client: FlaskClient) -> None:
    made = browser_client.post("/leads/new", data={"name": "Anna", "email": "anna@x.example"})
    lead = made.location
    for path in ("", "/edit", "/disqualify"):
        assert browser_client.get(lead + path).status_code == 200
    browser_client.post(f"{lead}/qualify")
    assert "A new party: Anna" in browser_client.get(f"{lead}/convert").text
    undecided = browser_client.post(f"{lead}/convert", data={"name": "Lamps"})
    assert undecided.status_code == 422
    deal = {"name": "Lamps", "party_id": "new", "expected": "99.50", "closes_on": "2026-12-01"}
    opened = browser_client.post(f"{lead}/convert", data=deal).location
    assert opened.startswith("/opportunities/"), opened
    for path in ("", "/edit", "/move", "/win", "/lose", "/hold"):
        assert browser_client.get(opened + path).status_code == 200, path
    assert "Lamps" in browser_client.get("/opportunities/?q=anna").text
    forecast = browser_client.get("/opportunities/forecast").text
    assert "December 2026" in forecast
    assert "9.95" in forecast
    pipelines = browser_client.get("/opportunities/pipelines/").text
    browser_client.post("/opportunities/lost-reasons/new", data={"name": "Colour"})
    reason = re.search(r'value="([0-9a-f-]{36})">Colour', browser_client.get(f"{opened}/lose").text)
    assert reason, pipelines
    lost = {"reason_id": reason[1], "competitor": "Lamps R Us"}
    assert browser_client.post(f"{opened}/lose", data=lost).status_code == 303
    page = browser_client.get(opened).text
    assert "Lamps R Us" in page
    assert "Reopen" in page
    assert browser_client.post(f"{opened}/reopen", data={"reason": "Again"}).status_code == 303


def test_pages_around_leads_are_there(browser_client: FlaskClient, host: Host) -> None:
    for path in (
        "leads/",
        "leads/?format=csv",
        "leads/new",
        "leads/imports/",
        "leads/forms/",
        "leads/forms/new",
        "opportunities/",
        "opportunities/?format=csv",
        "opportunities/new",
        "opportunities/board",
        "opportunities/forecast",
        "opportunities/pipelines/new",
    ):
        assert browser_client.get(f"/{path}").status_code == 200, path
    with host.read(system()) as work:
        assert work.session.scalars(select(Opportunity.id)).all() == []
        assert work.session.scalars(select(Party.id)).all() == []
