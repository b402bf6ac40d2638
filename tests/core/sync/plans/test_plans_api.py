"""Plans over HTTP: a connection added there is held as one of the page is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from core.actor import Actor
from core.app import create_app
from core.sync.inline import InlineContext
from core.sync.plans.job import run_plan
from core.sync.pull.job import pull_once
from core.testing.people import administrator, enrol, program_of
from modules.catalog.models import Product
from tests.core.sync.pull.conftest import ACTOR, Shop, on_sqlite

API = "/api/v1"


@pytest.fixture
def admin(shop: Shop, company: UUID) -> Actor:
    return enrol(shop.host, administrator(company))


@pytest.fixture
def client(shop: Shop, admin: Actor) -> FlaskClient:
    app = create_app(shop.host)
    app.testing = True
    return program_of(app, admin)


def added(client: FlaskClient, shop: Shop) -> tuple[UUID, dict[str, Any]]:
    """A tested connection and the plan of its first load, computed as far as can be."""
    body = {"name": "Second", "connector": "fake", "settings": {}}
    made: Any = client.post(f"{API}/connections", json=body).json
    client.post(f"{API}/connections/{made['id']}/test")
    plan = plan_of(client)
    run_plan(InlineContext(shop.host, ACTOR), {"plan": plan["id"]})
    return UUID(made["id"]), plan_of(client)


def plan_of(client: FlaskClient) -> dict[str, Any]:
    answer: Any = client.get(f"{API}/plans").json
    (plan,) = answer["items"]
    return dict(plan)


def products_after_a_pull(shop: Shop, connection_id: UUID) -> int:
    pull_once(InlineContext(shop.host, ACTOR), connection_id)
    return len(shop.all(Product))


def test_nothing_is_read_over_before_the_plan_is_approved(client: FlaskClient, shop: Shop) -> None:
    connection_id, plan = added(client, shop)
    assert (plan["purpose"], plan["state"]) == ("first_load", "ready")
    assert plan["totals"]["catalog.product"]["create"] == 7
    assert products_after_a_pull(shop, connection_id) == 0
    approved: Any = client.post(f"{API}/plans/{plan['id']}/approve").json
    assert (approved["state"], bool(approved["decided_by"])) == ("running", True)
    assert products_after_a_pull(shop, connection_id) == 7
    assert client.post(f"{API}/plans/{plan['id']}/reject").status_code == 409


@on_sqlite
def test_a_rejected_first_load_brings_nothing(client: FlaskClient, shop: Shop) -> None:
    connection_id, plan = added(client, shop)
    rejected: Any = client.post(f"{API}/plans/{plan['id']}/reject").json
    assert rejected["state"] == "rejected"
    assert products_after_a_pull(shop, connection_id) == 0


@on_sqlite
def test_who_only_sees_and_acts_decides_nothing(
    client: FlaskClient, shop: Shop, admin: Actor
) -> None:
    _connection_id, plan = added(client, shop)
    program = program_of(client.application, admin, "core.sync", "core.sync_act")
    assert program.get(f"{API}/plans").status_code == 200
    for decision in ("approve", "reject"):
        assert program.post(f"{API}/plans/{plan['id']}/{decision}").status_code == 403
    assert plan_of(client)["state"] == "ready"


@on_sqlite
def test_risks_are_changed_one_by_one(client: FlaskClient, shop: Shop) -> None:
    address = f"{API}/connections/{shop.connection}/risk"
    before: Any = client.get(f"{API}/connections/{shop.connection}").json
    assert (before["tolerance"], before["accepts_at_most_once"]) == ("0.01", False)
    changed: Any = client.post(address, json={"accepts_at_most_once": True}).json
    assert (changed["tolerance"], changed["accepts_at_most_once"]) == ("0.01", True)
    refused = client.post(address, json={"tolerance": "1000.01"})
    assert refused.status_code == 422
    assert "tolerance" in str(refused.json)
