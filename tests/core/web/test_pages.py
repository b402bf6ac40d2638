"""The pages as plain requests see them."""

from __future__ import annotations

import csv
import re
from collections.abc import MutableMapping
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from core.actor import system
from core.api.listing import LARGEST_LIMIT
from core.host import Host
from core.testing.plugin import CountQueries
from tests.core.web.parcels.store import PARCEL, change, pack, parcel

#: Pages need one database: that each answers on PostgreSQL too is test_every_page.py.
pytestmark = [
    pytest.mark.usefixtures("packed"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

GZIP = {"Accept-Encoding": "gzip"}


def first_key(client: FlaskClient) -> str:
    found = re.search(r'href="/parcels/([0-9a-f-]{36})"', client.get("/parcels/").text)
    assert found is not None
    return found[1]


def names(html: str) -> list[str]:
    return re.findall(r"Parcel \d{4}", html)


def test_a_list_shows_a_page_its_count_and_the_way_on(browser_client: FlaskClient) -> None:
    page = browser_client.get("/parcels/")
    assert names(page.text) == [f"Parcel {number:04}" for number in range(1, 81)]
    assert "1–80</span> / 200" in page.text
    assert 'class="at-end">€3,000.50' in page.text
    assert "₫1,000.5" in page.text


def test_more_works_as_a_link_and_as_a_part(browser_client: FlaskClient) -> None:
    found = re.search(r'<tbody id="more">.*?href="([^"]+)"', browser_client.get("/parcels/").text)
    assert found is not None
    address = found[1].replace("&amp;", "&")
    whole = browser_client.get(address).text
    part = browser_client.get(address, headers={"HX-Target": "tbody#more"}).text
    assert "<!doctype" in whole
    assert "<!doctype" not in part
    assert names(whole) == names(part) == [f"Parcel {number:04}" for number in range(81, 161)]
    assert "1–160" in part


def test_the_list_is_as_dear_for_two_hundred_rows_as_for_two(
    host: Host, company: UUID, browser_client: FlaskClient, count_queries: CountQueries
) -> None:
    with count_queries() as few:
        browser_client.get("/parcels/?q=Parcel 000")
    with host.write(system()) as work:
        pack(work, company, 300)
    with count_queries() as many:
        browser_client.get("/parcels/")
    assert len(few) == len(many)


def test_facets_come_off_one_by_one(browser_client: FlaskClient) -> None:
    page = browser_client.get("/parcels/?state=sent&to=王伟 Trading&sort=-name").text
    assert names(page)[0] == "Parcel 0193"
    assert 'href="/parcels/?to=%E7%8E%8B%E4%BC%9F+Trading&amp;sort=-name"' in page
    assert 'href="/parcels/?state=sent&amp;sort=-name"' in page


@pytest.mark.parametrize("query", ["sort=weight", "colour=red", "after=xyz", "_external=1"])
def test_a_list_that_can_not_be_so_says_why(browser_client: FlaskClient, query: str) -> None:
    page = browser_client.get(f"/parcels/?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert "Show the whole list" in page.text


def test_the_csv_holds_what_is_shown_and_no_formula(
    host: Host, browser_client: FlaskClient
) -> None:
    key = UUID(first_key(browser_client))
    with host.write(system()) as work:
        row = parcel(work, key)
        change(work, key, {"name": "=1+1 Parcel 0001", "worth": row.worth}, version=1)
    answer = browser_client.get("/parcels/?state=sent&format=csv")
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0] == ["Parcel", "To", "State", "Sent", "Weight", "uom", "Worth", "currency"]
    assert len(rows) == 1 + 67
    assert rows[1][0] == "'=1+1 Parcel 0001"
    assert rows[1][6:] == ["1000.5000", "VND"]


def test_the_csv_goes_on_behind_the_largest_page(
    host: Host, company: UUID, browser_client: FlaskClient
) -> None:
    with host.write(system()) as work:
        pack(work, company, LARGEST_LIMIT * 2)
    lines = browser_client.get("/parcels/?format=csv").text.splitlines()
    assert len(lines) > 1 + LARGEST_LIMIT * 2
    assert len(set(lines)) == len(lines)
    assert browser_client.get("/parcels/?sort=weight&format=csv").status_code == 422


def test_an_empty_list_says_what_it_is_for_and_offers_the_first_step(
    host: Host, browser_client: FlaskClient
) -> None:
    with host.write(system()) as work:
        work.session.execute(PARCEL.delete())
    page = browser_client.get("/parcels/").text
    assert "Parcels stand here from the moment they are packed." in page
    assert page.count('href="/parcels/new"') == 1
    assert 'class="facets"' not in page


def test_a_search_without_a_match_leads_back(browser_client: FlaskClient) -> None:
    page = browser_client.get("/parcels/?q=nobody&state=sent&sort=-name").text
    assert "Nothing matches" in page
    assert 'class="btn" href="/parcels/?sort=-name"' in page


def test_a_panel_that_fails_leaves_the_page_whole(
    browser_client: FlaskClient, logged: list[MutableMapping[str, Any]]
) -> None:
    page = browser_client.get(f"/parcels/{first_key(browser_client)}")
    assert page.status_code == 200
    assert "This part can not be shown now" in page.text
    assert "Weighed twice." in page.text
    assert [line["panel"] for line in logged if line["event"] == "panel.failed"] == ["Failing"]


def test_nothing_typed_is_lost_and_every_fault_is_named(browser_client: FlaskClient) -> None:
    address = f"/parcels/{first_key(browser_client)}/edit"
    page = browser_client.post(
        address,
        data={"name": "Kept <b>", "to": "", "state": "sent", "worth": "abc", "version": "1"},
    )
    assert page.status_code == 422
    assert 'value="Kept &lt;b&gt;"' in page.text
    assert 'value="abc"' in page.text
    assert page.text.count("Not a valid number.") == 2
    assert 'href="#field-to"' in page.text


def test_what_the_service_refuses_stands_beside_its_field(browser_client: FlaskClient) -> None:
    address = f"/parcels/{first_key(browser_client)}/edit"
    typed = {"name": "A", "to": "B", "state": "sent", "worth": "-1", "version": "1"}
    page = browser_client.post(address, data=typed)
    assert 'id="wrong-worth"' in page.text


def test_a_stale_form_shows_both_versions_and_saves_the_chosen(
    host: Host, browser_client: FlaskClient
) -> None:
    key = first_key(browser_client)
    typed = {"name": "Mine", "to": "Me", "state": "sent", "worth": "5", "version": "1"}
    theirs = {**typed, "name": "Theirs"}
    assert browser_client.post(f"/parcels/{key}/edit", data=theirs).status_code == 303
    page = browser_client.post(f"/parcels/{key}/edit", data=typed)
    assert page.status_code == 409
    assert 'name="take:name" value="Theirs"' in page.text
    assert 'name="take:to"' not in page.text
    assert 'name="version" value="2"' in page.text
    again = browser_client.post(
        f"/parcels/{key}/edit", data={**typed, "version": "2", "take:name": "Theirs"}
    )
    assert again.status_code == 303
    with host.read(system()) as work:
        assert parcel(work, UUID(key)).name == "Theirs"


def test_a_schema_becomes_a_form(browser_client: FlaskClient) -> None:
    page = browser_client.get("/parcels/new").text
    for part in ('type="url"', 'type="password"', 'type="checkbox"', "ours = theirs"):
        assert part in page
    answer = browser_client.post(
        "/parcels/new",
        data={
            "address": "https://carrier.example",
            "password": "s3cret",
            "services": "fast = F1\nslow=S",
            "depots": "Bonn\n\nUlm",
        },
    ).text
    assert (
        "&#39;services&#39;, {&#39;fast&#39;: &#39;F1&#39;, &#39;slow&#39;: &#39;S&#39;}" in answer
    )
    assert "[&#39;Bonn&#39;, &#39;Ulm&#39;]" in answer
    assert "(&#39;insured&#39;, False)" in answer


def test_a_secret_never_comes_back(browser_client: FlaskClient) -> None:
    page = browser_client.post("/parcels/new", data={"address": "x", "password": "s3cret"})
    assert page.status_code == 422
    assert "s3cret" not in page.text


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/parcels/trouble/rule", 409, "A lost parcel can not be sent."),
        ("/parcels/trouble/busy", 503, "Try again"),
        ("/parcels/00000000-0000-7000-8000-000000000000", 404, "There is nothing at this address"),
        ("/nowhere", 404, "There is nothing at this address"),
    ],
)
def test_errors_say_what_happened_and_what_to_do(
    browser_client: FlaskClient, path: str, status: int, words: str
) -> None:
    page = browser_client.get(path)
    assert page.status_code == status
    assert words in page.text
    assert "What was kept" in page.text


def test_a_mistake_of_ours_shows_nothing_of_the_inside(browser_client: FlaskClient) -> None:
    browser_client.application.testing = False
    page = browser_client.get("/parcels/trouble/crash")
    assert page.status_code == 500
    assert "for the log only" not in page.text
    assert "The server made a mistake" in page.text


def test_an_htmx_request_gets_its_error_as_a_message(browser_client: FlaskClient) -> None:
    answer = browser_client.get("/parcels/trouble/rule", headers={"HX-Request": "true"})
    assert answer.text == ""
    assert answer.headers["Tandem-Message"] == "A%20lost%20parcel%20can%20not%20be%20sent."


def test_a_module_goes_off_and_comes_back(browser_client: FlaskClient) -> None:
    listed = browser_client.get("/modules/").text
    assert "acme-parcels 1.2" in listed
    assert "ImportError: No module named x" in listed
    asked = browser_client.get("/modules/parcels/disable").text
    assert "Its data stays" in asked
    told = browser_client.post("/modules/parcels/disable", follow_redirects=True).text
    assert "Parcels is off. Its data is kept." in told
    assert 'href="/modules/parcels/enable">Undo' in told
    assert browser_client.get("/parcels/").status_code == 404
    browser_client.post("/modules/parcels/enable")
    assert browser_client.get("/parcels/").status_code == 200


def test_the_menu_shows_what_is_on_and_allowed(browser_client: FlaskClient) -> None:
    assert 'href="/parcels/" aria-current="page"' in browser_client.get("/parcels/").text
    browser_client.post("/modules/parcels/disable")
    assert 'href="/parcels/"' not in browser_client.get("/").text


def test_home_and_search_are_what_the_modules_show(browser_client: FlaskClient) -> None:
    assert "3 parcels are late." in browser_client.get("/").text
    assert "Looked for parcels." in browser_client.get("/search?q=parcel").text
    assert "Nothing found" in browser_client.get("/search?q=zebra").text


def test_preferences_are_in_the_first_byte(browser_client: FlaskClient) -> None:
    answer = browser_client.post(
        "/preferences",
        data={"theme": "dark"},
        environ_overrides={"HTTP_REFERER": "http://localhost/parcels/?q=1"},
    )
    assert answer.location == "/parcels/?q=1"
    assert 'data-bs-theme="dark"' in browser_client.get("/").text
    elsewhere = browser_client.post(
        "/preferences",
        data={"theme": "light"},
        environ_overrides={"HTTP_REFERER": "http://evil.example/x"},
    )
    assert elsewhere.location == "/"


def test_a_page_leaves_compressed_and_small(browser_client: FlaskClient) -> None:
    page = browser_client.get("/parcels/").text
    assets = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page))
    sizes = [len(browser_client.get("/parcels/", headers=GZIP).data)]
    for address in assets:
        with browser_client.get(address, headers=GZIP) as answer:
            assert "immutable" in answer.headers["Cache-Control"]
            sizes.append(len(answer.data))
    assert sum(sizes) < 250_000
    assert len(sizes) <= 12
    assert any("sprite" in address for address in assets)
