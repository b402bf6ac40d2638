"""Bad input: each a clear 4xx in problem JSON that names the field, and nothing is changed."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.api.catalogue import PROBLEMS
from core.errors import Busy, TooMany

#: Nothing here reaches a database but what is refused before it.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

LIST = "/api/v1/bells"
GOOD = {"name": "Ben"}


def json_of(answer: TestResponse) -> Any:
    return answer.json


def fields_of(answer: Any) -> list[str]:
    return [error["field"] for error in json_of(answer)["errors"]]


def assert_nothing_changed(client: FlaskClient) -> None:
    assert client.get(LIST).json == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, ["name"]),
        ({"name": 7}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "x" * 41}, ["name"]),
        ({"name": "a\0b"}, ["name"]),
        ({"name": "\ud800"}, ["name"]),
        ({**GOOD, "colour": "red"}, ["colour"]),
        ({**GOOD, "price": 12.5}, ["price"]),
        ({**GOOD, "price": 12}, ["price"]),
        ({**GOOD, "price": "1e3"}, ["price"]),
        ({**GOOD, "price": "NaN"}, ["price"]),
        ({**GOOD, "price": "-1"}, ["price"]),
        ({**GOOD, "price": "0.00001"}, ["price"]),
        ({**GOOD, "price": "999999999999999999"}, ["price"]),
        ({**GOOD, "price": "١٢"}, ["price"]),
        ({**GOOD, "cast_at": "2026-01-01T00:00:00"}, ["cast_at"]),
        ({**GOOD, "cast_at": "0001-01-01T00:00:00+14:00"}, ["cast_at"]),
        ({**GOOD, "cast_at": 1}, ["cast_at"]),
        ({**GOOD, "currency": "euro"}, ["currency"]),
        ({**GOOD, "currency": "EUR\n"}, ["currency"]),
        ({**GOOD, "lines": [{"quantity": "1"}, {"quantity": "-1"}]}, ["lines.1.quantity"]),
        ({**GOOD, "lines": [{"quantity": "1", "a\0": "\0"}]}, ["lines.0.a\0"]),
        ({**GOOD, "lines": [{"quantity": "1"}] * 4}, ["lines"]),
        ({**GOOD, "lines": [{"quantity": 10**30}]}, ["lines.0.quantity"]),
        ([GOOD], [""]),
        ("Ben", [""]),
    ],
)
def test_the_field_at_fault_is_named(api_client: FlaskClient, body: Any, named: list[str]) -> None:
    refused = api_client.post(LIST, json=body)
    assert refused.status_code == 422, refused.json
    assert refused.content_type == "application/problem+json"
    assert json_of(refused)["type"] == "/problems/crm.invalid"
    assert fields_of(refused) == named
    assert_nothing_changed(api_client)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b'{"name": "\xff"}', "UTF-8"),
        (b'{"name": "a", "name": "b"}', "'name'"),
        (b'{"name": NaN}', "NaN"),
        (b'{"name": -Infinity}', "Infinity"),
        (b'{"\\ud800": 1}', "surrogate"),
        (b"[" * 100 + b"]" * 100, "nested"),
        (b"[" * 100_000 + b"]" * 100_000, "nested"),
        (b'{"name": ' + b"9" * 5000 + b"}", "JSON"),
    ],
)
def test_what_is_not_json_is_not_read(api_client: FlaskClient, body: bytes, says: str) -> None:
    refused = api_client.post(LIST, data=body, content_type="application/json")
    assert refused.status_code == 400, refused.json
    assert says in json_of(refused)["detail"]
    assert_nothing_changed(api_client)


def test_a_body_of_another_kind_is_not_read(api_client: FlaskClient) -> None:
    refused = api_client.post(LIST, data="name=Ben", content_type="text/plain")
    assert (refused.status_code, json_of(refused)["status"]) == (415, 415)


@pytest.mark.parametrize("number", ["1" + "0" * 30, "-1e400"])
def test_a_number_without_end_is_refused_with_a_key_too(
    api_client: FlaskClient, number: str
) -> None:
    refused = api_client.post(
        LIST,
        data=f'{{"name": {number}}}',
        content_type="application/json",
        headers={"Idempotency-Key": "k"},
    )
    assert (refused.status_code, fields_of(refused)) == (422, ["name"])
    assert "large" in json_of(refused)["errors"][0]["message"]


def test_a_body_too_large_is_told_the_limit(api_client: FlaskClient) -> None:
    refused = api_client.post(LIST, json={"name": "x" * 1_000_000})
    assert refused.status_code == 413
    assert "1000000" in json_of(refused)["detail"]
    assert_nothing_changed(api_client)


def test_a_body_too_large_is_taken_in_for_the_next_request(api_client: FlaskClient) -> None:
    body = BytesIO(b" " * 1_000_001)
    refused = api_client.post(
        LIST, input_stream=body, content_length=1_000_001, content_type="application/json"
    )
    assert refused.status_code == 413
    assert body.read() == b""


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("?colour=red", ["colour"]),
        ("?price=cheap", ["price"]),
        ("?limit=0", ["limit"]),
        ("?limit=many", ["limit"]),
        ("?limit=%EF%BC%91", ["limit"]),
        ("?sort=colour", ["sort"]),
        ("?after=elsewhere", ["after"]),
        ("?q=Ben", ["q"]),
        ("?name=a&name=b", ["name"]),
        ("?name=a%00b", ["name"]),
    ],
)
def test_a_list_names_what_it_can_not_do(
    api_client: FlaskClient, address: str, named: list[str]
) -> None:
    refused = api_client.get(LIST + address)
    assert refused.status_code == 422
    assert fields_of(refused) == named


def test_a_broken_rule_undoes_the_whole_request(api_client: FlaskClient) -> None:
    refused = api_client.post(LIST, json={"name": "cracked"})
    assert (refused.status_code, json_of(refused)["type"]) == (409, "/problems/crm.rule_broken")
    assert_nothing_changed(api_client)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/bells/not-an-id", 404),
        ("GET", "/api/v1/bells/00000000-0000-7000-8000-000000000000", 404),
        ("PUT", "/api/v1/bells", 405),
    ],
)
def test_addresses_answer_in_problems_too(
    api_client: FlaskClient, method: str, address: str, status: int
) -> None:
    refused = api_client.open(address, method=method)
    assert refused.status_code == status
    assert refused.content_type == "application/problem+json"
    assert json_of(refused)["type"].removeprefix("/problems/") in PROBLEMS
    assert ("Allow" in refused.headers) is (status == 405)


def test_our_own_mistakes_stay_among_us(app: Flask, api_client: FlaskClient) -> None:
    app.testing = False
    failed = api_client.post("/api/v1/bells/break", headers={"X-Request-Id": "asked-by-test"})
    assert failed.status_code == 500
    assert json_of(failed)["request_id"] == failed.headers["X-Request-Id"] == "asked-by-test"
    assert "secret" not in failed.text
    assert "Traceback" not in failed.text


@pytest.mark.parametrize(
    ("error", "status"), [(Busy("Busy."), 503), (TooMany("Wait.", retry_after_s=7), 429)]
)
def test_who_must_wait_is_told_how_long(
    app: Flask, api_client: FlaskClient, error: Busy | TooMany, status: int
) -> None:
    def busy() -> None:
        raise error

    app.before_request_funcs[None].append(busy)
    refused = api_client.get(LIST)
    assert refused.status_code == status
    assert refused.headers["Retry-After"] == str(error.retry_after_s)


def test_each_type_leads_to_its_meaning(client: FlaskClient) -> None:
    for code, kind in PROBLEMS.items():
        explained = client.get(f"/problems/{code}")
        assert explained.status_code == 200
        assert kind.meaning in explained.text
    assert client.get("/problems/unheard-of").status_code == 404
