from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from core.host import Host
from core.registry.graph import dependants, load_order

MakeProduct = Callable[..., UUID]
Body = dict[str, Any]


@pytest.fixture
def body(customer: UUID, make_product: MakeProduct) -> Body:
    make_product("W001", "11.00")
    line = {"sku": "W001", "quantity": "3", "unit_price": "11.00"}
    return {"customer_id": str(customer), "currency": "EUR", "lines": [line]}


def get(client: FlaskClient, path: str) -> Any:
    return client.get(f"/api/v1{path}").json


def post(client: FlaskClient, path: str, body: object = None) -> Any:
    return client.post(f"/api/v1{path}", json=body)


def test_an_order_from_draft_to_confirmation(api_client: FlaskClient, body: Body) -> None:
    made = post(api_client, "/orders", {**body, "client_reference": "web-7"})
    assert made.status_code == 201, made.json
    order = made.json
    assert order["states"] == {
        "commercial": "draft",
        "fulfilment": "none",
        "billing": "none",
        "link": None,
    }
    assert (order["net"], order["tax"], order["total"]) == ("33", "6.6", "39.6")
    confirmed = post(api_client, f"/orders/{order['id']}/confirm")
    assert confirmed.status_code == 200, confirmed.json
    assert confirmed.json["states"]["link"] == "waiting"
    (link,) = confirmed.json["links"]
    assert link["reference"].startswith(order["number"])
    assert get(api_client, f"/orders/{order['id']}")["states"]["commercial"] == "confirmed"
    again = post(api_client, "/orders", {**body, "client_reference": "web-7"})
    assert again.json["id"] == order["id"]


def test_the_timeline_leads_to_no_page_that_is_switched_off(
    api_client: FlaskClient, body: Body, host: Host
) -> None:
    order = post(api_client, "/orders", body).json
    post(api_client, f"/orders/{order['id']}/confirm")
    timeline = f"/parties/{body['customer_id']}/timeline"
    assert {line["href"] for line in get(api_client, timeline)["items"]} == {
        f"/orders/{order['id']}"
    }
    requires = {name: found.item.requires for name, found in host.registry.modules.items()}
    off = dependants("sales", requires) | {"sales"}
    for name in reversed(load_order(requires)):
        if name in off:
            host.disable(name)
    lines = get(api_client, timeline)["items"]
    assert [line["href"] for line in lines] == [None] * len(lines) != []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer_id": "01890000-0000-7000-8000-000000000000"}, "customer_id"),
        ({"customer_id": "nobody"}, "customer_id"),
        ({"currency": "USD"}, "currency"),
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": "NOPE", "quantity": "1"}]}, "lines.0.sku"),
        ({"lines": [{"sku": "W001", "quantity": "-1"}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "W001", "quantity": "1.25"}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "W001", "quantity": "0.0000001"}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "W001", "quantity": 1.5}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "W001", "quantity": 1}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "W001", "quantity": "1", "unit_price": 9.9}]}, "lines.0.unit_price"),
        ({"lines": [{"sku": "W001", "quantity": "NaN"}]}, "lines.0.quantity"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(
    api_client: FlaskClient, body: Body, change: Body, field: str
) -> None:
    answer = post(api_client, "/orders", {**body, **change})
    assert answer.status_code == 422, answer.json
    assert answer.content_type == "application/problem+json"
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert get(api_client, "/orders") == {"items": [], "next": None}


def test_what_an_order_does_not_allow_is_a_conflict(api_client: FlaskClient, body: Body) -> None:
    key = post(api_client, "/orders", body).json["id"]
    assert post(api_client, f"/orders/{key}/confirm").status_code == 200
    twice = post(api_client, f"/orders/{key}/confirm")
    assert (twice.status_code, "confirmed already" in twice.json["detail"]) == (409, True)
    assert post(api_client, f"/orders/{key}/cancel").status_code == 200
    assert post(api_client, f"/orders/{key}/cancel").status_code == 409


def test_a_stale_change_is_refused(api_client: FlaskClient, body: Body) -> None:
    order = post(api_client, "/orders", body).json
    path = f"/api/v1/orders/{order['id']}"
    fresh = api_client.put(path, json={**body, "version": order["version"]})
    assert fresh.status_code == 200, fresh.json
    stale = api_client.put(path, json={**body, "version": order["version"]})
    assert stale.status_code == 409


def test_lists_filter_search_and_page(
    api_client: FlaskClient, body: Body, count_queries: Any
) -> None:
    made = [post(api_client, "/orders", body).json for _ in range(5)]
    post(api_client, f"/orders/{made[0]['id']}/confirm")
    first = get(api_client, "/orders?limit=2&sort=number")
    assert [item["number"] for item in first["items"]] == [order["number"] for order in made[:2]]
    rest = get(api_client, f"/orders?limit=2&sort=number&after={first['next']}")
    assert [item["number"] for item in rest["items"]] == [order["number"] for order in made[2:4]]
    waiting = get(api_client, "/orders?link=waiting")["items"]
    assert [item["id"] for item in waiting] == [made[0]["id"]]
    assert waiting[0]["states"]["link"] == "waiting"
    assert len(get(api_client, "/orders?q=harbour")["items"]) == 5
    elsewhere = api_client.get(f"/api/v1/products?after={first['next']}")
    assert elsewhere.status_code == 422
    with count_queries() as few:
        api_client.get("/api/v1/orders?limit=1")
    with count_queries() as many:
        api_client.get("/api/v1/orders?limit=5")
    assert len(few) == len(many)
