"""The API of parties as programs meet it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from core.actor import system
from core.api.listing import ListQuery, page
from core.companies import Company
from core.errors import NotFound
from core.host import Host
from core.testing.plugin import CountQueries
from modules.contacts.rules import Channel, PointKind, RelationKind, Role
from modules.contacts.services import (
    Link,
    add_address,
    add_contact_point,
    add_interaction,
    add_note,
    add_relation,
    create_party,
    phrase,
    record,
)
from modules.contacts.services.lists import ALL, timeline_of
from modules.contacts.services.whole import read_whole

PARTIES = "/api/v1/parties"


@pytest.fixture
def add(host: Host, company: UUID) -> Any:
    """``add("Acme", "customer")`` with one of everything that belongs to a party."""

    def added(name: str, *roles: str) -> UUID:
        with host.write(system("tests", company=company)) as work:
            party = create_party(work, {"name": name}, roles=[Role(role) for role in roles])
            add_address(work, party.id, {"city": "Huế", "country": "VN"})
            add_contact_point(work, party.id, {"kind": PointKind.EMAIL, "value": "a@example.com"})
            add_note(work, party.id, f"About {name}")
            return party.id

    return added


def items(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{PARTIES}{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["items"]
    return found


def names(client: FlaskClient, query: str = "") -> list[str]:
    return [item["name"] for item in items(client, query)]


def test_a_party_is_added_whole_and_read_back(api_client: FlaskClient) -> None:
    body = {
        "name": "Nguyễn Thị Hương",
        "kind": "person",
        "roles": ["customer"],
        "addresses": [{"street": "1 Lê Lợi", "city": "Huế", "country": "vn"}],
        "contact_points": [{"kind": "email", "value": "huong@example.com", "preferred": True}],
    }
    made = api_client.post(PARTIES, json=body)
    assert made.status_code == 201, made.text
    party = made.get_json()
    assert party["addresses"][0]["country"] == "VN"
    assert party["version"] == 1
    assert made.headers["ETag"] == '"1"'
    assert api_client.get(f"{PARTIES}/{party['id']}").get_json() == party
    (line,) = items(api_client, "?q=nguyen huong")
    assert (line["email"], line["city"], line["roles"]) == (
        "huong@example.com",
        "Huế",
        ["customer"],
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": 17}, "name"),
        ({"name": "A", "kind": "robot"}, "kind"),
        ({"name": "A", "roles": ["boss"]}, "roles.0"),
        ({"name": "A", "colour": "red"}, "colour"),
        ({"name": "A", "owner_id": "me"}, "owner_id"),
        ({"name": "A", "addresses": [{"city": "X", "country": "XX"}]}, "addresses.0.country"),
        (
            {"name": "A", "contact_points": [{"kind": "email", "value": "no"}]},
            "contact_points.0.value",
        ),
    ],
)
def test_a_bad_party_is_refused_by_field_and_changes_nothing(
    api_client: FlaskClient, body: Any, field: str
) -> None:
    answer = api_client.post(PARTIES, json=body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.get_json()["errors"]]
    assert items(api_client) == []


def test_filters_and_sorts(api_client: FlaskClient, add: Any) -> None:
    add("Beta", "customer")
    add("Alpha", "supplier")
    gamma = add("Gamma", "customer", "partner")
    api_client.patch(f"{PARTIES}/{gamma}", json={"active": False})
    assert names(api_client) == ["Alpha", "Beta", "Gamma"]
    assert names(api_client, "?sort=-name&limit=2") == ["Gamma", "Beta"]
    assert names(api_client, "?sort=created_at") == ["Beta", "Alpha", "Gamma"]
    assert names(api_client, "?role=customer&active=true") == ["Beta"]
    assert names(api_client, "?kind=organisation&source=tandem&country=vn&city=Huế&q=alp") == [
        "Alpha"
    ]
    assert names(api_client, "?country=DE") == []


@pytest.mark.parametrize("query", ["?role=boss", "?active=maybe", "?sort=shoe", "?after=x", "?x=1"])
def test_a_list_that_can_not_be_so_says_which_part(api_client: FlaskClient, query: str) -> None:
    answer = api_client.get(f"{PARTIES}{query}")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == query[1:].partition("=")[0]


def test_pages_follow_each_other(api_client: FlaskClient, add: Any) -> None:
    for name in "CABED":
        add(name)
    seen: list[str] = []
    address = f"{PARTIES}?limit=2"
    while address:
        body = api_client.get(address).get_json()
        seen += [item["name"] for item in body["items"]]
        address = body["next"] and f"{PARTIES}?limit=2&after={body['next']}"
    assert seen == list("ABCDE")


def test_a_change_names_the_version_it_is_based_on(api_client: FlaskClient, add: Any) -> None:
    address = f"{PARTIES}/{add('Acme')}"
    tag = api_client.get(address).headers["ETag"]
    body = {"name": "Acme AG", "roles": ["partner"], "note": "Since 1999"}
    changed = api_client.patch(address, json=body, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert changed.get_json()["roles"] == ["partner"]
    late = api_client.patch(address, json={"name": "Acme SE"}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert api_client.get(address).get_json()["name"] == "Acme AG"


def test_what_belongs_to_a_party_comes_and_goes(api_client: FlaskClient, add: Any) -> None:
    key, other = add("Acme"), add("Anna")
    one = f"{PARTIES}/{key}"
    address = api_client.post(f"{one}/addresses", json={"city": "Rome", "shipping": False})
    point = api_client.post(f"{one}/contact-points", json={"kind": "phone", "value": "+39 06 1"})
    relation = api_client.post(
        f"{one}/relations", json={"other_id": str(other), "kind": "buys_for", "influence": "high"}
    )
    assert {r.status_code for r in (address, point, relation)} == {201}
    paths = {
        "addresses": f"/api/v1/addresses/{address.get_json()['id']}",
        "contact_points": f"/api/v1/contact-points/{point.get_json()['id']}",
        "relations": f"/api/v1/relations/{relation.get_json()['id']}",
    }
    whole = api_client.get(one).get_json()
    assert [len(whole[name]) for name in paths] == [2, 2, 1]
    assert whole["relations"][0]["other"] == "Anna"
    assert not api_client.get(f"{PARTIES}/{other}").get_json()["relations"][0]["forward"]
    assert api_client.patch(paths["addresses"], json={"city": "Roma"}).get_json()["city"] == "Roma"
    assert api_client.patch(paths["contact_points"], json={"value": "x"}).status_code == 422
    assert {api_client.delete(path).status_code for path in paths.values()} == {204}
    whole = api_client.get(one).get_json()
    assert [len(whole[name]) for name in paths] == [1, 1, 0]


def test_the_timeline_tells_everything_newest_first(
    host: Host, api_client: FlaskClient, add: Any
) -> None:
    key = add("Acme")
    with host.write(system("tests")) as work:
        add_interaction(work, key, {"channel": Channel.CALL, "text": "Hello", "next_step": "Call"})
        record(
            work,
            key,
            kind="sales.confirmed",
            text=phrase("Order %(number)s confirmed", number="SO-1"),
            link=Link("contacts_api.party", {"party_id": str(key)}),
        )
        record(work, key, kind="gone.thing", text="100%", link=Link("gone_pages.thing"))
    api_client.post(f"{PARTIES}/{key}/notes", json={"text": "Done"})
    first = api_client.get(f"{PARTIES}/{key}/timeline?limit=3").get_json()
    rest = api_client.get(f"{PARTIES}/{key}/timeline?after={first['next']}").get_json()
    lines = first["items"] + rest["items"]
    assert [line["title"] for line in lines] == [
        "Note",
        "100%",
        "Order SO-1 confirmed",
        "Call",
        "Note",
    ]
    assert lines[2]["href"].endswith(str(key))
    assert lines[1]["href"] is None
    assert lines[3]["next_step"] == "Call"
    other = api_client.get(f"{PARTIES}/{add('Beta')}/timeline?after={first['next']}")
    assert other.status_code == 422


def test_a_list_costs_the_same_for_few_and_for_many(
    api_client: FlaskClient, add: Any, count_queries: CountQueries
) -> None:
    add("First", "customer")
    items(api_client)
    with count_queries() as few:
        items(api_client, "?q=a&role=customer")
    for number in range(12):
        add(f"Number {number} a", "customer", "partner")
    with count_queries() as many:
        assert len(items(api_client, "?q=a&role=customer")) == 13
    assert few == many


def test_one_party_costs_the_same_with_much_and_with_little(
    host: Host, api_client: FlaskClient, add: Any, count_queries: CountQueries
) -> None:
    poor, rich, friend = add("Poor"), add("Rich"), add("Friend")
    with host.write(system("tests")) as work:
        for number in range(9):
            add_address(work, rich, {"city": f"City {number}"})
            add_note(work, rich, f"Note {number}")
        add_relation(work, rich, friend, {"kind": RelationKind.BUYS_FOR})
    for path in ("", "/timeline"):
        api_client.get(f"{PARTIES}/{poor}{path}")  # a token's first use is written down
        with count_queries() as little:
            api_client.get(f"{PARTIES}/{poor}{path}")
        with count_queries() as much:
            assert api_client.get(f"{PARTIES}/{rich}{path}").status_code == 200
        assert len(little) == len(much)


def test_two_companies_do_not_see_each_other(host: Host, add: Any) -> None:
    key = add("Acme", "customer")
    with host.write(system("tests")) as work:
        elsewhere = Company(name="Elsewhere", currency="EUR")
        work.session.add(elsewhere)
        work.session.flush()
        actor = replace(system("tests"), companies=frozenset({elsewhere.id}), company=elsewhere.id)
    with host.read(actor) as work:
        for query in (ListQuery(), ListQuery(q="acme"), ListQuery(filters={"role": "customer"})):
            assert page(work, ALL, query).rows == []
        assert page(work, timeline_of(key), ListQuery()).rows == []
        with pytest.raises(NotFound):
            read_whole(work, key)
