"""Every route there is, called by those who may not: refused in words, and never a crash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UUIDConverter

from core.host import Host
from core.ids import new_id
from core.security.accounts import Person
from core.security.guard import PUBLIC, SIGNED_IN, is_proven_by_address, permission_of
from core.testing.people import browser_of, enrol

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
_READS = frozenset({"GET", "HEAD"})
_API = "/api/"
#: Says 503 as long as no worker lives; and what would make the others strangers' calls.
_READY, _SIGN_OUT = "/readyz", "/sign-out"


@dataclass(frozen=True)
class Call:
    method: str
    address: str
    permission: str | None
    takes_foreign_forms: bool


def calls(app: Flask) -> Iterator[Call]:
    """Every route by every method, at an address where nothing is."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            view = app.view_functions[rule.endpoint]
            address = adapter.build(rule.endpoint, nothing(rule))
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                asked = permission_of(view, method)
                yield Call(method, address, asked, is_proven_by_address(view))


def nothing(rule: Rule) -> dict[str, object]:
    return {name: value_of(rule, name) for name in rule.arguments if name not in _defaults(rule)}


def _defaults(rule: Rule) -> frozenset[str]:
    return frozenset(rule.defaults or {})


def value_of(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    if isinstance(converter, UUIDConverter):
        return new_id()
    if isinstance(converter, IntegerConverter):
        return 999_999
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return "nothing"


def answered(client: FlaskClient, call: Call) -> int:
    answer = client.open(call.address, method=call.method)
    answer.close()
    return answer.status_code


@pytest.fixture
def nobody(app: Flask, host: Host, company: UUID) -> FlaskClient:
    """Signed in, in a company, and allowed nothing."""
    person = Person(
        email="nina@tandem.example",
        name="Nina Nobody",
        companies=frozenset({company}),
        company_id=company,
    )
    return browser_of(app, enrol(host, person))


def test_who_is_allowed_nothing_gets_nothing_from_any_route(
    app: Flask, nobody: FlaskClient
) -> None:
    asked = [call for call in calls(app) if call.permission not in {PUBLIC, SIGNED_IN}]
    found = {f"{call.method} {call.address}": answered(nobody, call) for call in asked}
    assert len(found) > 200
    assert {route: code for route, code in found.items() if code not in {403, 404}} == {}


def test_who_is_not_signed_in_is_asked_to(app: Flask, client: FlaskClient) -> None:
    asked = [call for call in calls(app) if call.permission != PUBLIC]
    found = {f"{call.method} {call.address}": answered(client, call) for call in asked}
    # A page sends to the sign-in, the API says 401; what is no one's route yet is not there.
    allowed = {True: {401, 404}, False: {303, 404}}
    wrong = {
        route: code
        for route, code in found.items()
        if code not in allowed[route.split()[1].startswith(_API)]
    }
    assert wrong == {}


def test_no_page_takes_a_form_without_our_secret(app: Flask, browser_client: FlaskClient) -> None:
    del browser_client.environ_base["HTTP_X_CSRFTOKEN"]
    posts = [
        call for call in calls(app) if call.method not in _READS and not call.takes_foreign_forms
    ]
    found = {}
    for call in posts:
        answer = browser_client.open(call.address, method=call.method, data={})
        found[f"{call.method} {call.address}"] = (answer.status_code, answer.text)
    assert len(found) > 80
    wrong = {
        route: code
        for route, (code, words) in found.items()
        if code != 403 or "it was not ours" not in words
    }
    assert wrong == {}


def test_nothing_at_an_address_is_no_crash(app: Flask, browser_client: FlaskClient) -> None:
    """Who may everything, with ids and words that are nobody's, and forms that are empty."""
    asked = [call for call in calls(app) if call.address not in {_READY, _SIGN_OUT}]
    found = {f"{call.method} {call.address}": answered(browser_client, call) for call in asked}
    assert {route: code for route, code in found.items() if code >= 500} == {}
    assert browser_client.get("/sync/").status_code == 200  # and was it to the end
