"""100,000 customers as one has them: a number, a role, an address, an e-mail and a phone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.orm import Session

from core import search
from core.clock import utcnow
from core.db.bulk import Upsert
from core.ids import new_id
from core.sync.documents import PartyKind
from core.work import OURSELVES
from modules.contacts.kinds import PARTY
from modules.contacts.models import Address, ContactPoint, Party, PartyRole
from modules.contacts.rules import PointKind, Role

#: First and second halves of names, in the scripts customers write theirs in.
_FIRST = (
    "Nordwind",
    "Somchai",
    "Nguyễn",
    "王芳",
    "Baltic",
    "Sierra",
    "กรุงเทพ",
    "Århus",
    "Zanzibar",
)
_SECOND = ("Trading", "Velo", "Logistics", "Foods", "Hà Nội", "Machines", "Garden", "Paper")
_CITIES = (("Hamburg", "DE"), ("Bangkok", "TH"), ("Hanoi", "VN"), ("Porto", "PT"), ("Oslo", "NO"))
_SLICE = 10_000

Rows = list[dict[str, Any]]


def put_parties(session: Session, company: UUID, count: int) -> None:
    """By the product's own bulk path; the caller commits."""
    numbers = iter(range(count))
    while part := list(islice(numbers, _SLICE)):
        parties = [_party(company, number) for number in part]
        _insert(session, Party, parties)
        _insert(session, PartyRole, [_role(party) for party in parties])
        _insert(session, Address, [_address(party) for party in parties])
        _insert(session, ContactPoint, [point for party in parties for point in _points(party)])
        search.put(session, PARTY, {party["id"]: _texts(party) for party in parties})


def _insert(session: Session, model: type[Any], rows: Rows) -> None:
    table: Table = model.__table__
    Upsert(table, key=("id",)).run(session, rows)


def _party(company: UUID, number: int) -> dict[str, Any]:
    first, second = _FIRST[number % len(_FIRST)], _SECOND[number // 9 % len(_SECOND)]
    return {
        **_common(company),
        "kind": PartyKind.ORGANISATION,
        "name": f"{first} {second} {number:06}",
        "number": f"C{number:06}",
        "tax_id": f"DE{number:09}",
        "language": "en",
        "owner_id": None,
        "active": True,
        "note": "",
        "observed_at": utcnow(),
    }


def _role(party: dict[str, Any]) -> dict[str, Any]:
    owned = {"company_id": party["company_id"], "party_id": party["id"]}
    return {"id": new_id(), **owned, "role": Role.CUSTOMER}


def _address(party: dict[str, Any]) -> dict[str, Any]:
    city, country = _CITIES[int(party["number"][1:]) % len(_CITIES)]
    return {
        **_common(party["company_id"]),
        "party_id": party["id"],
        "street": "1 Harbour Street",
        "postal_code": "20457",
        "city": city,
        "region": "",
        "country": country,
        "billing": True,
        "shipping": True,
        "active": True,
    }


def _points(party: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind, value in _reach(party).items():
        yield {
            **_common(party["company_id"]),
            "party_id": party["id"],
            "kind": kind,
            "value": value,
            "label": "",
            "preferred": False,
        }


def _reach(party: dict[str, Any]) -> dict[PointKind, str]:
    number = party["number"][1:]
    return {PointKind.EMAIL: f"office{number}@example.com", PointKind.PHONE: f"+4940{number}"}


def _common(company: UUID) -> dict[str, Any]:
    now = utcnow()
    return {
        "id": new_id(),
        "company_id": company,
        "source": OURSELVES,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }


def _texts(party: dict[str, Any]) -> list[str]:
    return [party["name"], party["number"], party["tax_id"], *_reach(party).values()]
