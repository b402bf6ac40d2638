"""The pages of parties as plain requests see them."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.actor import system
from core.host import Host
from core.testing.plugin import CountQueries
from modules.contacts.models import Party
from modules.contacts.rules import PointKind
from modules.contacts.services import (
    add_address,
    add_contact_point,
    add_note,
    change_party,
    create_party,
)

#: Pages need one database: that each answers on PostgreSQL too is test_every_page.py.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def made(host: Host, company: UUID, name: str) -> UUID:
    with host.write(system("tests", company=company)) as work:
        return create_party(work, {"name": name}).id


def test_the_list_shows_who_is_there_and_finds_them(
    browser_client: FlaskClient, muller: UUID
) -> None:
    page = browser_client.get("/contacts/").text
    assert f'href="/contacts/{muller}"' in page
    assert "info@mueller.example" in page
    found = browser_client.get("/contacts/?q=huong").text
    assert "Nguyễn Thị Hương" in found
    assert "ร้านสมชาย" not in found
    assert "ร้านสมชาย" in browser_client.get("/contacts/?role=supplier").text
    assert "Müller" in browser_client.get("/contacts/?source=Tryton").text


def test_the_search_of_the_frame_finds_parties(browser_client: FlaskClient, muller: UUID) -> None:
    assert f"/contacts/{muller}" in browser_client.get("/search?q=muller").text
    assert "Nothing found" in browser_client.get("/search?q=zzz").text


def test_an_empty_list_offers_the_first_step(browser_client: FlaskClient) -> None:
    page = browser_client.get("/contacts/").text
    assert "those of your ERP, and those you add" in page
    assert 'href="/contacts/new"' in page


def test_the_page_tells_the_story_and_where_each_fact_is_from(
    browser_client: FlaskClient, muller: UUID
) -> None:
    page = browser_client.get(f"/contacts/{muller}").text
    for shown in (
        "Müller Holding",
        "From Tryton",
        "There: Müller &amp; Söhne GmbH",
        "Hauptstraße 1, 10115 Berlin, DE",
        'href="mailto:info@mueller.example"',
        'href="tel:+49301234567"',
        'href="https://mueller.example"',
        "Is bought for by",
        "Head of purchasing",
        "They called",
        "Outcome: Interested",
        "Order SO-00 confirmed",
    ):
        assert shown in page


def test_the_timeline_goes_on_piece_by_piece(browser_client: FlaskClient, muller: UUID) -> None:
    page = browser_client.get(f"/contacts/{muller}").text
    href = re.search(r'hx-get="([^"]+/timeline[^"]+)"', page)
    assert href is not None
    part = browser_client.get(href[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).text
    whole = browser_client.get(href[1].replace("&amp;", "&")).text
    assert "<!doctype" not in part
    assert "<!doctype" in whole
    for text in (part, whole):
        assert "Order SO-29 confirmed" in text
        assert "Order SO-01 confirmed" not in text


def test_a_page_costs_the_same_however_much_is_on_it(
    host: Host,
    company: UUID,
    browser_client: FlaskClient,
    count_queries: CountQueries,
) -> None:
    poor, rich = made(host, company, "Poor"), made(host, company, "Rich")
    with host.write(system("tests")) as work:
        for number in range(8):
            add_address(work, rich, {"city": f"City {number}"})
            add_note(work, rich, f"Note {number}")
            add_contact_point(work, rich, {"kind": PointKind.OTHER, "value": f"@{number}"})
    browser_client.get(f"/contacts/{poor}")
    with count_queries() as little:
        browser_client.get(f"/contacts/{poor}")
    with count_queries() as much:
        assert "City 7" in browser_client.get(f"/contacts/{rich}").text
    assert len(little) == len(much)
    with count_queries() as few:
        browser_client.get("/contacts/?q=poor")
    for number in range(20):
        made(host, company, f"Company {number}")
    browser_client.get("/contacts/")
    with count_queries() as many:
        browser_client.get("/contacts/?q=company")
    assert len(few) == len(many)


def test_a_party_is_made_changed_and_put_away_by_hand(
    host: Host, browser_client: FlaskClient
) -> None:
    typed = {"name": "Acme", "kind": "organisation", "is_customer": "true", "language": "de"}
    answer = browser_client.post("/contacts/new", data=typed)
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    assert "Acme" in browser_client.get(address).text
    form = browser_client.get(f"{address}/edit").text
    assert 'name="version" value="1"' in form
    changed = browser_client.post(
        f"{address}/edit", data={**typed, "name": "Acme AG", "version": "1"}
    )
    assert changed.status_code == 303, changed.text
    browser_client.post(f"{address}/archive")
    assert "Acme AG" not in browser_client.get("/contacts/").text
    assert "Acme AG" in browser_client.get("/contacts/?active=false").text
    assert "Restore" in browser_client.get(address).text
    browser_client.post(f"{address}/restore")
    assert "Acme AG" in browser_client.get("/contacts/").text
    with host.read(system()) as work:
        assert work.session.scalars(select(Party.language)).one() == "de"


def test_a_stale_form_shows_both_versions(
    host: Host, browser_client: FlaskClient, company: UUID
) -> None:
    key = made(host, company, "Acme")
    with host.write(system("Mia")) as work:
        change_party(work, key, {"name": "Theirs"})
    typed = {"name": "Mine", "kind": "organisation", "version": "1"}
    page = browser_client.post(f"/contacts/{key}/edit", data=typed)
    assert page.status_code == 409
    assert 'value="Mine"' in page.text
    assert "Theirs" in page.text


@pytest.mark.parametrize(
    ("path", "typed", "wrong"),
    [
        ("new", {"kind": "person", "name": " "}, "name"),
        ("new", {"kind": "person", "name": "A", "language": "??"}, "language"),
        ("{key}/addresses/new", {"city": ""}, "street"),
        ("{key}/contact-points/new", {"kind": "email", "value": "x"}, "value"),
        ("{key}/relations/new", {"kind": "works_for", "other": "nobody"}, "other"),
        ("{key}/interactions", {"channel": "call", "text": ""}, "text"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    host: Host,
    browser_client: FlaskClient,
    company: UUID,
    path: str,
    typed: dict[str, str],
    wrong: str,
) -> None:
    key = made(host, company, "Acme")
    page = browser_client.post(f"/contacts/{path.format(key=key)}", data=typed)
    assert page.status_code == 422
    assert f'id="wrong-{wrong}"' in page.text


def test_what_belongs_to_a_party_is_added_changed_and_removed(
    host: Host, browser_client: FlaskClient, company: UUID
) -> None:
    key = made(host, company, "Acme")
    made(host, company, "Anna")
    page = f"/contacts/{key}"
    for path, typed in (
        ("addresses", {"city": "Rome", "country": "IT", "billing": "true"}),
        ("contact-points", {"kind": "phone", "value": "+39 06 123"}),
        ("relations", {"kind": "buys_for", "other": "anna"}),
    ):
        assert browser_client.get(f"{page}/{path}/new").status_code == 200
        assert browser_client.post(f"{page}/{path}/new", data=typed).status_code == 303
    browser_client.post(f"{page}/interactions", data={"channel": "note", "text": "Likes tea"})
    shown = browser_client.get(page).text
    for text in ("Rome", "+39 06 123", "Anna", "Likes tea"):
        assert text in shown
    for edit in re.findall(r'href="(/contacts/[a-z-]+/[0-9a-f-]+/edit)"', shown):
        assert browser_client.get(edit).status_code == 200
    removals = re.findall(r'action="(/contacts/[a-z-]+/[0-9a-f-]+/remove)"', shown)
    assert len(removals) == 3
    for remove in removals:
        assert browser_client.post(remove).status_code == 303
    gone = browser_client.get(page).text
    for text in ("Rome", "+39 06 123", "Anna"):
        assert text not in gone


def test_a_name_of_several_asks_for_the_number(
    host: Host, browser_client: FlaskClient, company: UUID
) -> None:
    key = made(host, company, "Acme")
    for _ in range(2):
        made(host, company, "Anna")
    typed = {"kind": "buys_for", "other": "Anna"}
    page = browser_client.post(f"/contacts/{key}/relations/new", data=typed)
    assert "Several are called so" in page.text


def test_markup_in_a_name_is_only_text(
    host: Host, browser_client: FlaskClient, company: UUID
) -> None:
    key = made(host, company, "<script>alert(1)</script>")
    with host.write(system("tests")) as work:
        add_contact_point(
            work, key, {"kind": PointKind.OTHER, "value": "<img src=x>", "label": "<b>"}
        )
        add_note(work, key, "<i>")
    for path in (f"/contacts/{key}", "/contacts/", "/search?q=script"):
        page = browser_client.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
        assert "&lt;script&gt;" in page
