"""Parties: Tryton's ``party.party`` with its addresses, contact mechanisms and identifiers."""

from __future__ import annotations

from connectors.tryton.mapping.company import Company
from connectors.tryton.rows import Row, stamps
from core.sync.documents import Address, ContactPoint, Party
from core.sync.values import Outgoing

PARTS = ("addresses", "contact_mechanisms", "identifiers")
NAMES = [
    "name",
    "code",
    "active",
    "customer_payment_term",
    *stamps(PARTS),
    *(
        f"addresses.{name}"
        for name in ("street", "postal_code", "city", "country.code", "subdivision.name", "active")
    ),
    *(f"contact_mechanisms.{name}" for name in ("type", "value", "active")),
    *(f"identifiers.{name}" for name in ("type", "code", "active")),
]
_KINDS = frozenset({"email", "phone", "mobile", "website"})


def party(row: Row, company: Company) -> Party:
    points = [way for way in row["contact_mechanisms."] if way["active"]]
    return Party(
        company=company.id,
        # Tryton allows a party without a name, and shows its number then.
        name=row["name"] or row["code"] or str(row["id"]),
        number=row["code"],
        tax_id=_tax_id(row),
        active=bool(row["active"]),  # SQLite says 1
        addresses=tuple(_address(address) for address in row["addresses."] if address["active"]),
        contact_points=tuple(
            ContactPoint(kind=_kind(way["type"]), value=way["value"] or "") for way in points
        ),
    )


def _tax_id(row: Row) -> str | None:
    """Typed identifiers (a VAT number) before free ones; ours are free, see ``values``."""
    known = [identifier for identifier in row["identifiers."] if identifier["active"]]
    known.sort(key=lambda identifier: (identifier["type"] is None, identifier["id"]))
    return known[0]["code"] if known else None


def _address(row: Row) -> Address:
    return Address(
        id=str(row["id"]),
        street=row["street"] or "",
        postal_code=row["postal_code"] or "",
        city=row["city"] or "",
        region=(row.get("subdivision.") or {}).get("name") or "",
        country=(row.get("country.") or {}).get("code") or "",
    )


def created(item: Outgoing[Party], countries: dict[str, int]) -> dict[str, object]:
    """A new party. Its code is our reference: Tryton lets a code be there once.

    It gets an address in any case, since no sale can be quoted without one. The tax id goes in
    without a type: a typed one is checked against its country, and ours may be any country's.
    """
    document = item.document
    addresses = [address_values(address, countries) for address in document.addresses]
    values: dict[str, object] = {
        "name": document.name,
        "code": item.reference,
        "active": document.active,
        "addresses": [["create", addresses or [{}]]],
        "contact_mechanisms": [["create", [point_values(p) for p in document.contact_points]]],
    }
    if document.tax_id:
        values["identifiers"] = [["create", [{"type": None, "code": document.tax_id}]]]
    return values


def amended(document: Party, row: Row, countries: dict[str, int]) -> dict[str, object]:
    """What has to be written so that the party over there says what ours does.

    Addresses are matched by id, or by content where ours has none yet; contact points are added
    and never taken away: the ERP's people may keep their own.
    """
    there = party_fields(row)
    values: dict[str, object] = {}
    if document.name != there["name"]:
        values["name"] = document.name
    if document.active != there["active"]:
        values["active"] = document.active
    if addresses := _address_steps(document, row, countries):
        values["addresses"] = addresses
    known = {(_kind(way["type"]), way["value"]) for way in row["contact_mechanisms."]}
    points = [point_values(point) for point in document.contact_points]
    missing = [point for point in points if (point["type"], point["value"]) not in known]
    if missing:
        values["contact_mechanisms"] = [["create", missing]]
    if document.tax_id and document.tax_id != _tax_id(row):
        values["identifiers"] = [["create", [{"type": None, "code": document.tax_id}]]]
    return values


def party_fields(row: Row) -> dict[str, object]:
    return {"name": row["name"], "active": bool(row["active"])}


def _address_steps(document: Party, row: Row, countries: dict[str, int]) -> list[list[object]]:
    there = {str(address["id"]): _address(address) for address in row["addresses."]}
    known = {_content(address) for address in there.values()}
    steps: list[list[object]] = []
    for address in document.addresses:
        current = there.get(address.id)
        if current is not None and _content(current) != _content(address):
            steps.append(["write", [int(address.id)], address_values(address, countries)])
        elif current is None and _content(address) not in known:
            steps.append(["create", [address_values(address, countries)]])
    return steps


def _content(address: Address) -> tuple[str, ...]:
    return (address.street, address.postal_code, address.city, address.country)


def address_values(address: Address, countries: dict[str, int]) -> dict[str, object]:
    return {
        "street_unstructured": address.street,
        "postal_code": address.postal_code,
        "city": address.city,
        "country": countries.get(address.country),
    }


def point_values(point: ContactPoint) -> dict[str, object]:
    return {"type": _kind(point.kind), "value": point.value}


def _kind(kind: str) -> str:
    return kind if kind in _KINDS else "other"
