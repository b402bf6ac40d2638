"""Conflicts on pages, over the API and on the customer's page: both values, and the choice."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from core.api.listing import ListQuery, page
from core.sync.merge.lists import CONFLICTS
from core.sync.models import Conflict
from core.testing.plugin import CountQueries
from tests.core.sync.merge.shop import Shop
from tests.core.sync.pages.conftest import SignedIn
from tests.core.sync.pages.office import Office

PAGE, API = "/sync/conflicts", "/api/v1/sync/conflicts"


@pytest.fixture
def torn(office: Office) -> Shop:
    """A customer whose name and tax id both sides changed."""
    shop = Shop.opened(office.host, office.erp, office.company)
    shop.edit(name="Acme Holding", tax_id="DE3")
    shop.edit_there(name="Acme AG", tax_id="DE4")
    shop.sync()
    return shop


def asked(client: FlaskClient) -> dict[str, Any]:
    return {one["field"]: one for one in client.get(API).get_json()["items"]}


def state_of(shop: Shop, key: str) -> tuple[str, str | None, str]:
    with shop.host.read(shop.actor) as work:
        found = next(one for one in work.session.query(Conflict) if str(one.id) == key)
        return found.state, found.kept, found.ended_by


def test_a_conflict_is_told_and_settled_over_the_api(torn: Shop, api_client: FlaskClient) -> None:
    name = asked(api_client)["name"]
    assert (name["ours"], name["theirs"], name["agreed"]) == ("Acme Holding", "Acme AG", "Acme")
    assert (name["ours_by"], name["connection"]) == ("Mia", "back office")
    assert name["local_id"] == str(torn.key)
    wrong = api_client.post(f"{API}/{name['id']}/resolve", json={"keep": "mine"})
    assert wrong.status_code == 422
    answer = api_client.post(f"{API}/{name['id']}/resolve", json={"keep": "theirs"})
    assert (answer.status_code, answer.get_json()["state"]) == (200, "resolved")
    assert torn.held().name == "Acme AG"
    assert list(asked(api_client)) == ["tax_id"]
    again = api_client.post(f"{API}/{name['id']}/resolve", json={"keep": "ours"})
    assert again.status_code == 409, "somebody has chosen already"
    assert torn.history("name")[-1] == ("Acme Holding", "Acme AG", "tandem")


def test_both_values_and_who_said_them_are_on_the_page(
    torn: Shop, browser_client: FlaskClient
) -> None:
    text = browser_client.get(PAGE).get_data(as_text=True)
    for words in ("Acme Holding", "Acme AG", "DE3", "DE4", "Mia", "back office", "Keep ours"):
        assert words in text, words
    customer = browser_client.get(f"/contacts/{torn.key}").get_data(as_text=True)
    assert "Both sides changed" in customer
    assert f"{PAGE}?local_id={torn.key}" in customer


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_field_of_an_earlier_version_is_shown_by_its_name(
    torn: Shop, browser_client: FlaskClient
) -> None:
    with torn.host.write(torn.actor) as work:
        named = update(Conflict).where(Conflict.field == "name")
        work.session.execute(named.values(field="retired.4"))
    answer = browser_client.get(PAGE)
    assert answer.status_code == 200
    assert "retired.4" in answer.text


def test_one_and_many_are_settled_on_the_page(torn: Shop, browser_client: FlaskClient) -> None:
    keys = {field: one["id"] for field, one in _rows(torn).items()}
    browser_client.post(f"{PAGE}/{keys['name']}/ours")
    assert state_of(torn, keys["name"]) == ("resolved", "ours", "Ada Admin")
    many = {"id": list(keys.values()), "keep": "theirs"}
    answer = browser_client.post(f"{PAGE}/resolve", data=many, follow_redirects=True)
    assert "1 conflict is settled" in answer.get_data(as_text=True), "one was settled before"
    assert state_of(torn, keys["tax_id"])[:2] == ("resolved", "theirs")
    torn.sync()
    assert (torn.said.name, torn.said.tax_id) == ("Acme Holding", "DE4")
    empty = browser_client.get(PAGE).get_data(as_text=True)
    assert "Both sides agree." in empty
    none = browser_client.post(f"{PAGE}/resolve", data={"keep": "ours"}, follow_redirects=True)
    assert "Choose the conflicts first" in none.get_data(as_text=True)
    for wrong in ({"id": "x", "keep": "ours"}, {"id": keys["name"], "keep": "both"}):
        assert browser_client.post(f"{PAGE}/resolve", data=wrong).status_code == 422


@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_who_finds_a_deleted_record_stopped_is_led_to_the_choice_that_ends_it(
    torn: Shop, browser_client: FlaskClient, keep: str
) -> None:
    torn.delete_there()
    torn.edit(name="Acme & Sons")
    torn.sync()
    way = f"{PAGE}?kind=contacts.party&amp;connection_id={torn.connection}"
    assert way in browser_client.get("/sync/stopped").get_data(as_text=True)
    whole = next(one["id"] for field, one in _rows(torn).items() if not field)
    browser_client.post(f"{PAGE}/{whole}/{keep}")
    torn.sync()
    assert way not in browser_client.get("/sync/stopped").get_data(as_text=True)


def test_who_may_only_look_can_not_choose(torn: Shop, signed_in: SignedIn) -> None:
    looker = signed_in("core.sync")
    assert "Keep ours" not in looker.get(PAGE).get_data(as_text=True)
    (key, *_rest) = (one["id"] for one in _rows(torn).values())
    assert looker.post(f"{PAGE}/{key}/ours").status_code == 403
    assert signed_in("contacts.read").get(PAGE).status_code == 403


def test_many_conflicts_cost_no_more_queries(
    torn: Shop, browser_client: FlaskClient, count_queries: CountQueries
) -> None:
    browser_client.get(PAGE)
    with count_queries() as few:
        browser_client.get(PAGE)
    torn.edit_address(street="Main 2")
    torn.edit_there(addresses=())
    torn.sync()
    assert len(_rows(torn)) == 3
    with count_queries() as many:
        browser_client.get(PAGE)
    assert len(many) == len(few)


def _rows(shop: Shop) -> dict[str, Any]:
    with shop.host.read(shop.actor) as work:
        return {row.field: {"id": str(row.id)} for row in page(work, CONFLICTS, ListQuery()).rows}
