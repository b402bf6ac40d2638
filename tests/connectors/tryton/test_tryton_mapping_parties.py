"""Parties of Tryton and of Tandem, without a server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.tryton.mapping import party
from core.sync.documents import (
    Address,
    ContactPoint,
    Party,
)
from core.sync.values import Outgoing
from tests.connectors.tryton.test_tryton_mapping import COMPANY


def _party_row(**changes: Any) -> dict[str, Any]:
    address = {"id": 4, "street": "Hafenstraße 22", "postal_code": "24103", "city": "Kiel"}
    row = {
        "id": 3,
        "name": "Velo Nord KG",
        "code": "3",
        "active": 1,
        "addresses.": [{**address, "active": 1, "country.": {"code": "DE"}, "subdivision.": None}],
        "contact_mechanisms.": [
            {"type": "email", "value": "a@b.example", "active": 1},
            {"type": "fax", "value": "1", "active": 1},
            {"type": "phone", "value": "2", "active": 0},
        ],
        "identifiers.": [
            {"id": 1, "type": None, "code": "OLD", "active": 1},
            {"id": 2, "type": "eu_vat", "code": "DE123", "active": 1},
        ],
    }
    return {**row, **changes}


def test_a_party_comes_with_all_that_is_theirs() -> None:
    got = party.party(_party_row(), COMPANY)
    assert got.tax_id == "DE123"
    assert [point.kind for point in got.contact_points] == ["email", "other"]
    assert got.addresses[0].country == "DE"


def test_a_party_without_a_name_shows_its_number() -> None:
    assert party.party(_party_row(name=None), COMPANY).name == "3"


def test_a_party_that_says_the_same_is_not_written() -> None:
    ours = party.party(_party_row(), COMPANY)
    assert party.amended(ours, _party_row(), {"DE": 1}) == {}


def test_only_what_differs_is_written() -> None:
    ours = replace(
        party.party(_party_row(), COMPANY),
        name="Velo Nord GmbH",
        addresses=(
            Address(id="4", street="Kai 1", postal_code="24103", city="Kiel", country="DE"),
            Address(id="", street="Neu 2"),
        ),
        contact_points=(ContactPoint(kind="mobile", value="3"),),
    )
    values: dict[str, Any] = party.amended(ours, _party_row(), {"DE": 1})
    assert values["name"] == "Velo Nord GmbH"
    assert [step[0] for step in values["addresses"]] == ["write", "create"]
    assert values["contact_mechanisms"] == [["create", [{"type": "mobile", "value": "3"}]]]


def test_a_new_party_has_an_address_in_any_case() -> None:
    """No sale can be quoted without one."""
    made = party.created(Outgoing(reference="C-1-A", document=Party(company="1", name="X")), {})
    assert made["addresses"] == [["create", [{}]]]
    assert made["code"] == "C-1-A"
