"""Leads, opportunities and merges for programs."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

API = "/api/v1"


@pytest.fixture
def party(api_client: FlaskClient) -> str:
    body = {
        "name": "Harbour Cycles",
        "contact_points": [{"kind": "email", "value": "anna@harbour.example"}],
    }
    made: str = api_client.post(f"{API}/parties", json=body).get_json()["id"]
    return made


def test_a_lead_is_converted_into_who_it_is_alike(api_client: FlaskClient, party: str) -> None:
    new = {"name": "Anna", "email": "ANNA@harbour.example", "utm": {"utm_source": "news"}}
    lead = api_client.post(f"{API}/leads", json=new).get_json()
    one = f"{API}/leads/{lead['id']}"
    assert (lead["state"], lead["source"]) == ("new", "api")
    assert api_client.post(f"{one}/nurture", json={}).get_json()["state"] == "nurturing"
    assert api_client.post(f"{one}/qualify", json={}).get_json()["state"] == "qualified"
    changed = api_client.patch(one, json={"interest": "Lamps"})
    assert changed.get_json()["interest"] == "Lamps"
    [alike] = api_client.get(f"{one}/alike").get_json()["items"]
    assert alike["likeness"]["reasons"][0] == {
        "sign": "email",
        "value": "anna@harbour.example",
        "per_cent": 100,
    }
    deal = {"name": "Lamps", "expected": "10.00"}
    refused = api_client.post(f"{one}/convert", json=deal)
    assert (refused.status_code, "looks_like" in refused.get_json()["type"]) == (409, True)
    made = api_client.post(f"{one}/convert", json={**deal, "party_id": party}).get_json()
    assert made["party_id"] == party
    assert api_client.post(f"{one}/convert", json=deal).status_code == 409


def test_an_opportunity_goes_to_its_end(api_client: FlaskClient, party: str) -> None:
    deal = {"name": "Lamps", "expected": "10.00", "party_id": party}
    made = api_client.post(f"{API}/opportunities", json=deal).get_json()
    opportunity = f"{API}/opportunities/{made['id']}"
    [pipeline] = api_client.get(f"{API}/pipelines").get_json()["items"]
    stage = pipeline["stages"][-1]["id"]
    moved = api_client.post(f"{opportunity}/move", json={"stage_id": stage}).get_json()
    assert moved["stage_id"] == stage
    stale = {"stage_id": stage, "version": 1}
    assert api_client.post(f"{opportunity}/move", json=stale).status_code == 409
    [row] = api_client.get(f"{API}/opportunity-forecast").get_json()["items"]
    assert (row["month"], row["weighted"]) == (None, "8")
    reason = api_client.post(f"{API}/lost-reasons", json={"name": "Colour"}).get_json()["id"]
    lost = api_client.post(f"{opportunity}/lose", json={"reason_id": reason, "competitor": "X"})
    assert lost.get_json()["state"] == "lost"
    again = api_client.post(f"{opportunity}/reopen", json={"reason": "They asked"}).get_json()
    assert (again["state"], again["competitor"]) == ("open", "")
    assert api_client.post(f"{opportunity}/win", json={}).get_json()["state"] == "won"
    won = api_client.get(f"{API}/opportunities?state=won").get_json()["items"]
    assert [item["number"] for item in won] == [made["number"]]


def test_a_pipeline_is_made_of_stages(api_client: FlaskClient) -> None:
    made = api_client.post(f"{API}/pipelines", json={"name": "Service"}).get_json()
    stage = api_client.post(
        f"{API}/pipelines/{made['id']}/stages", json={"name": "Visit", "probability": 40}
    ).get_json()
    assert stage["position"] == 1
    one = f"{API}/stages/{stage['id']}"
    assert api_client.patch(one, json={"probability": 101}).status_code == 422
    assert api_client.patch(one, json={"active": False}).get_json()["active"] is False


def test_parties_are_merged_and_taken_apart(api_client: FlaskClient, party: str) -> None:
    body = {
        "name": "Harbor Cycles Ltd",
        "note": "Twice",
        "contact_points": [{"kind": "email", "value": "Anna@Harbour.example"}],
    }
    other = api_client.post(f"{API}/parties", json=body).get_json()["id"]
    [pair] = api_client.get(f"{API}/duplicates").get_json()["items"]
    assert {pair["one"]["id"], pair["other"]["id"]} == {party, other}
    plan = api_client.get(f"{API}/parties/{party}/merge-plan/{other}").get_json()
    assert {one["field"]: one["proposed"] for one in plan["choices"]}["note"] == "other"
    wish = {"other_id": other, "choices": {"name": "other"}}
    merge = api_client.post(f"{API}/parties/{party}/merges", json=wish).get_json()
    assert UUID(merge["merged_id"]) == UUID(other)
    assert api_client.get(f"{API}/parties/{party}").get_json()["name"] == "Harbor Cycles Ltd"
    assert api_client.get(f"{API}/parties/{party}/alike").get_json()["items"] == []
    undone = api_client.post(f"{API}/merges/{merge['id']}/undo", json={})
    assert undone.get_json() == {"stayed": []}
    assert api_client.get(f"{API}/parties/{party}").get_json()["name"] == "Harbour Cycles"
