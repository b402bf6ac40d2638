"""The description of the API: complete, free of loose ends, and shown under our own policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from core.api.openapi import PREFIX
from core.host import Host

DOCUMENT = "/api/v1/openapi.json"


@pytest.fixture
def document(api_client: FlaskClient) -> Any:
    got = api_client.get(DOCUMENT)
    assert got.status_code == 200
    return got.json


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            if verb != "parameters":
                yield path, verb, operation


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for name, value in part.items() if name == "$ref")
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_every_route_of_the_api_is_described(app: Flask, document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    described = {(path, verb.upper()) for path, verb, _ in operations(document)}
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(PREFIX) or rule.rule == DOCUMENT:
            continue
        path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert (path, method) in described


def test_nothing_is_referred_to_that_is_not_there(document: Any) -> None:
    found = set(references(document))
    assert found
    for reference in found:
        part = document
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


def test_every_operation_is_whole(document: Any) -> None:
    for path, verb, operation in operations(document):
        assert operation["responses"]["default"] == {
            "$ref": "#/components/responses/DEFAULT_ERROR"
        }, (path, verb)
        assert any(status.startswith("2") for status in operation["responses"]), (path, verb)
        named = [*document["paths"][path].get("parameters", []), *operation.get("parameters", [])]
        within = {item["name"] for item in named if item["in"] == "path"}
        assert within == set(re.findall(r"{(\w+)}", path)), path
        assert operation["x-permission"], (path, verb)


def test_a_list_says_how_it_is_read(document: Any) -> None:
    listed = document["paths"]["/api/v1/bells"]["get"]
    found = {item["name"]: item for item in listed["parameters"]}
    assert set(found) == {"limit", "after", "sort", "name", "price"}
    assert found["sort"]["schema"]["enum"] == ["name", "-name", "price", "-price"]
    made = document["paths"]["/api/v1/bells"]["post"]
    assert [item["name"] for item in made["parameters"]] == ["Idempotency-Key"]
    answered = made["responses"]["201"]["content"]["application/json"]["schema"]["$ref"]
    name = answered.removeprefix("#/components/schemas/")
    shown = document["components"]["schemas"][name]["properties"]["price"]
    assert shown["type"] == ["string", "null"]


def test_disabled_modules_are_not_described(api_client: FlaskClient, host: Host) -> None:
    host.disable("bells")
    got = api_client.get(DOCUMENT).json
    assert got is not None
    assert "/api/v1/bells" not in got["paths"]
    assert "/api/v1/modules" in got["paths"]


@pytest.mark.browser
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_page_shows_the_operations(
    live: str, page: Page, admin_cookie: tuple[str, str]
) -> None:
    name, value = admin_cookie
    page.context.add_cookies([{"name": name, "value": value, "url": live}])
    page.goto(f"{live}/api/docs")
    page.locator("#operations-tag-bells_api").get_by_role("button").first.click(timeout=30_000)
    expect(page.get_by_text("/api/v1/bells", exact=True).first).to_be_visible()
