"""Ids of another company's rows, in every path and body of the sync: as if they were not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select
from werkzeug.routing import AnyConverter, Rule, UUIDConverter

from core.actor import system
from core.db.base import Record
from core.host import Host
from core.jobs.models import StoredJob
from tests.core.sync.pages.conftest import SignedIn
from tests.core.sync.pages.rivals import MARK, found_rivals

ACTOR = system("tests")
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
_BLUEPRINTS = frozenset(
    {
        "connections_api",
        "sync_api",
        "stopped_api",
        "plans_api",
        "conflicts_api",
        "statements_api",
        "alerts_api",
    }
    | {"connections_pages", "sync_pages", "statements_pages", "alerts_pages", "installation_pages"}
)
_RIGHTS = (
    *("core.sync", "core.sync_act", "core.sync_approve", "core.connections", "core.reconcile"),
    *("contacts.read", "contacts.write", "sales.read"),
)
#: What would be right, but for the id.
_BODIES: dict[str, Any] = {
    "conflicts_api.settle": {"keep": "ours"},
    "connections_api.configure": {"settings": {}},
    "connections_api.pace": {"calls_per_second": "2"},
    "connections_api.risk": {"tolerance": "5"},
    "stopped_api.close_row": {"reason": "It is theirs"},
}
_FORMS = {
    "connections_pages.edit": {"name": "Ours now", "version": "1"},
    "sync_pages.close_record": {"reason": "It is theirs"},
}


@dataclass(frozen=True)
class Theirs:
    host: Host
    rows: list[Record]

    @property
    def ids(self) -> list[UUID]:
        return [row.id for row in self.rows]

    def as_they_are(self) -> list[dict[str, Any]]:
        with self.host.read(ACTOR) as work:
            return [
                {name: getattr(kept, name) for name in _columns(kept)}
                for row in self.rows
                for kept in [work.session.get_one(type(row), row.id)]
            ]

    def jobs(self) -> int:
        with self.host.read(ACTOR) as work:
            return len(work.session.scalars(select(StoredJob.id)).all())


def _columns(record: Record) -> list[str]:
    return [column.key for column in inspect(type(record)).column_attrs]


@pytest.fixture
def theirs(host: Host) -> Theirs:
    with host.write(ACTOR) as work:
        return Theirs(host, found_rivals(work))


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in(*_RIGHTS)


def rules(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in _BLUEPRINTS:
            yield rule


def named(rule: Rule) -> bool:
    return any(isinstance(one, UUIDConverter) for one in rule._converters.values())


def filled(rule: Rule, key: UUID) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        plain = sorted(converter.items)[0] if isinstance(converter, AnyConverter) else "nothing"
        found[name] = key if isinstance(converter, UUIDConverter) else plain
    return found


@pytest.mark.usefixtures("company")
def test_no_address_leads_to_them(app: Flask, browser: FlaskClient, theirs: Theirs) -> None:
    before, jobs, wrong = theirs.as_they_are(), theirs.jobs(), {}
    adapter = app.url_map.bind("localhost")
    asked = [rule for rule in rules(app) if named(rule)]
    assert len(asked) > 25
    for rule in asked:
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            for row in theirs.rows:
                address = adapter.build(rule.endpoint, filled(rule, row.id))
                body, form = _BODIES.get(rule.endpoint), _FORMS.get(rule.endpoint)
                answer = browser.open(address, method=method, json=body, data=form)
                # 403: jobs are about the whole installation.
                if answer.status_code not in {403, 404} or MARK in answer.text:
                    wrong[f"{method} {rule.rule} {type(row).__name__}"] = answer.status_code
    assert wrong == {}
    assert (theirs.as_they_are(), theirs.jobs()) == (before, jobs)


@pytest.mark.usefixtures("company")
def test_no_list_names_them_and_no_filter_finds_them(
    app: Flask, browser: FlaskClient, theirs: Theirs
) -> None:
    adapter, wrong = app.url_map.bind("localhost"), []
    lists = [rule for rule in rules(app) if not rule.arguments and "GET" in (rule.methods or ())]
    assert len(lists) > 15
    connection, _tie, statement = theirs.ids[:3]
    part = MARK[:-2]  # what was asked for is repeated on the page
    filters = ("", f"?connection_id={connection}", f"?q={part}", f"?statement_id={statement}")
    for rule in lists:
        for more in filters:
            answer = browser.get(adapter.build(rule.endpoint) + more)
            assert answer.status_code < 500
            if MARK in answer.text:
                wrong.append(f"{rule.rule}{more}")
    assert wrong == []


@pytest.mark.usefixtures("company")
def test_no_body_reaches_them(browser: FlaskClient, theirs: Theirs) -> None:
    before, jobs = theirs.as_they_are(), theirs.jobs()
    connection = str(theirs.rows[0].id)
    every = [str(key) for key in theirs.ids]
    days = {"first": "2026-10-01", "last": "2026-10-31"}
    api = "/api/v1"
    asked: list[tuple[str, dict[str, Any], set[int]]] = [
        (f"{api}/sync/statements", {"json": {"connection_id": connection, **days}}, {404}),
        (f"{api}/sync/stopped/retry", {"json": {"connection_id": connection}}, {200}),
        (f"{api}/sync/stopped/retry", {"json": {}}, {200}),
        ("/sync/stopped/retry", {"data": {"ids": every, "connection_id": connection}}, {303}),
        ("/sync/conflicts/resolve", {"data": {"id": every, "keep": "ours"}}, {404}),
        ("/sync/plans/new", {"data": {"connection_id": connection, "purpose": "manual"}}, {422}),
        ("/sync/statements/new", {"data": {"connection_id": connection, **days}}, {422}),
    ]
    for address, body, right in asked:
        answer = browser.post(address, **body)
        assert answer.status_code in right, (address, answer.status_code, answer.text[:400])
    assert (theirs.as_they_are(), theirs.jobs()) == (before, jobs)
