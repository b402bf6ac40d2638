"""Switching modules over HTTP, and what their routes answer while they are off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.actor import Actor, system
from core.host import Host
from core.security.accounts import Person
from core.testing.people import enrol, program_of

MODULES = "/api/v1/modules"


def bells_of(client: FlaskClient) -> dict[str, Any]:
    found = client.get(MODULES).json
    assert found is not None
    return next(item for item in found["items"] if item["name"] == "bells")


def test_the_installed_modules_are_listed(api_client: FlaskClient) -> None:
    found = bells_of(api_client)
    assert (found["title"], found["enabled"], found["broken"]) == ("Bells", True, None)


def test_a_disabled_module_says_so_and_keeps_its_data(
    api_client: FlaskClient, three_bells: list[UUID]
) -> None:
    switched = api_client.post(f"{MODULES}/bells/disable")
    assert switched.status_code == 200
    assert switched.json is not None
    assert (switched.json["changed"], switched.json["enabled"]) == (True, False)
    for address in ("/api/v1/bells", f"/api/v1/bells/{three_bells[0]}"):
        refused = api_client.get(address)
        assert refused.status_code == 404
        assert refused.json is not None
        assert refused.json["type"] == "/problems/module-disabled"
    assert api_client.post(f"{MODULES}/bells/enable").status_code == 200
    found = api_client.get("/api/v1/bells").json
    assert found is not None
    assert len(found["items"]) == len(three_bells)


def test_whoever_is_signed_in_may_know_and_nobody_else(
    app: Flask, host: Host, client: FlaskClient, company: UUID
) -> None:
    guest = Person(
        email="guest@tandem.example", name="Guest", roles=frozenset(),
        companies=frozenset({company}), company_id=company,
    )  # fmt: skip
    signed_in = program_of(app, enrol(host, guest))
    assert signed_in.get("/api/v1/bells").status_code == 403
    host.disable("bells")
    known = signed_in.get("/api/v1/bells")
    assert known.json is not None
    assert (known.status_code, known.json["type"]) == (404, "/problems/module-disabled")
    named = {"X-Request-Id": "the-same-request"}
    unknown = client.get("/api/v1/bells", headers=named)
    nowhere = client.get("/api/v1/no-such-thing", headers=named)
    assert (unknown.status_code, unknown.data) == (404, nowhere.data)


def test_switching_twice_changes_nothing(api_client: FlaskClient) -> None:
    again = api_client.post(f"{MODULES}/bells/enable")
    assert again.json is not None
    assert (again.status_code, again.json["changed"]) == (200, False)


@pytest.mark.parametrize("verb", ["enable", "disable"])
def test_a_module_that_is_not_there_can_not_be_switched(api_client: FlaskClient, verb: str) -> None:
    assert api_client.post(f"{MODULES}/unheard-of/{verb}").status_code == 404


def test_switching_needs_the_permission(app: Flask, admin: Actor) -> None:
    narrow = program_of(app, admin, "bells.ring")
    refused = narrow.post(f"{MODULES}/bells/disable")
    assert refused.json is not None
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/crm.forbidden")
    assert narrow.get("/api/v1/bells").status_code == 200


def test_a_module_that_others_need_stays_on(api_client: FlaskClient, host: Host) -> None:
    needed = {name for found in host.registry.modules.values() for name in found.item.requires}
    for name in sorted(needed):
        refused = api_client.post(f"{MODULES}/{name}/disable")
        assert refused.status_code == 409
    with host.read(system("tests")) as work:
        assert needed <= work.enabled.names
