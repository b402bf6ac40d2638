"""A party in the plain values both sides are compared by, read from documents and put into them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any

from core.codec import canonical
from core.sync.documents import Address, ContactPoint, Party, PartyKind
from core.sync.merge.shared import Values
from modules.contacts.rules import PointKind, countries, digits

Street = dict[str, str]

#: The party's own fields both sides may write.
FIELDS = ("name", "kind", "number", "tax_id", "active")
STREET = ("street", "postal_code", "city", "region", "country")
ADDRESSES, POINTS = "addresses", "contact_points"
_CODE = 64


def said(document: Party) -> dict[str, Any]:
    """What the document says, cut to what our columns hold; of the rest it says nothing."""
    own = {
        "name": _cut(document.name, 200) or "?",
        "kind": document.kind and document.kind.value,
        "number": _cut(document.number or "", _CODE) or None,
        "tax_id": _cut(document.tax_id or "", _CODE) or None,
        "active": document.active,
    }
    known = {name: value for name, value in own.items() if value is not None}
    points = [(_kind(p.kind), _cut(p.value, 320)) for p in document.contact_points if p.value]
    return {
        **known,
        **{address_name(a.id, street_of(a)): street_of(a) for a in document.addresses},
        **{point_name(kind, value): [kind, value] for kind, value in points},
    }


def written(document: Party, values: Values) -> Party:
    """The document with these values in place of its own; None takes an entry out."""
    own = {name: values[name] for name in FIELDS if name in values}
    if "kind" in own:
        own["kind"] = PartyKind(own["kind"])
    addresses = {address_name(a.id, street_of(a)): a for a in document.addresses}
    points = {point_name(_kind(p.kind), p.value): p for p in document.contact_points}
    for name, value in values.items():
        head, _, key = name.partition(".")
        if head == ADDRESSES:
            _put(addresses, name, value and Address(id=lasting(key) or "", **value))
        elif head == POINTS:
            _put(points, name, value and ContactPoint(kind=value[0], value=value[1]))
    return replace(
        document,
        **own,
        addresses=tuple(addresses.values()),
        contact_points=tuple(points.values()),
    )


def address_name(erp_key: str | None, street: Street) -> str:
    """By the ERP's id; one it does not know yet, by what it says."""
    return f"{ADDRESSES}.{erp_key or '+' + sha256(canonical(street)).hexdigest()[:12]}"


def lasting(key: str) -> str | None:
    """The ERP's id of an address, from its name; None where it has none."""
    return None if key.startswith("+") else key


def point_name(kind: str, value: str) -> str:
    """Two ways to write one number or address are one contact point."""
    if kind in {PointKind.PHONE, PointKind.MOBILE}:
        return f"{POINTS}.{PointKind.PHONE}:{digits(value)}"
    return f"{POINTS}.{kind}:{value.casefold()}"


def entries(values: Values, head: str) -> Iterable[tuple[str, Any]]:
    """The entries of a list: what stands behind the dot, and the value."""
    for name, value in values.items():
        first, _, key = name.partition(".")
        if first == head:
            yield key, value


def street_of(address: Address) -> Street:
    code = address.country.upper()
    return {
        "street": _cut(address.street, 500),
        "postal_code": _cut(address.postal_code, 32),
        "city": _cut(address.city, 120),
        "region": _cut(address.region, 120),
        "country": code if code in countries() else "",
    }


def _put(entries: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        entries.pop(name, None)
    else:
        entries[name] = value


def _kind(kind: str) -> str:
    return kind if kind in set(PointKind) else PointKind.OTHER.value


def _cut(text: str, limit: int) -> str:
    return text.replace("\0", "").strip()[:limit]
