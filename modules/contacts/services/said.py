"""What an ERP says of a party, in the plain values we keep of it and compare by."""

from __future__ import annotations

from typing import Any, TypedDict

from core.sync.documents import Address, Party
from modules.contacts.rules import PointKind, countries

Street = dict[str, str]


class Said(TypedDict):
    """Values None: the ERP did not say. Cut to what our columns hold."""

    name: str
    kind: str | None
    number: str | None
    tax_id: str | None
    active: bool
    #: By the ERP's id.
    addresses: dict[str, Street]
    #: Pairs of kind and value.
    points: list[list[str]]


#: The party's own fields both sides may write.
FIELDS = ("name", "kind", "number", "tax_id", "active")
STREET = ("street", "postal_code", "city", "region", "country")
_CODE = 64


def said(document: Party) -> Said:
    return Said(
        name=_cut(document.name, 200) or "?",
        kind=document.kind and document.kind.value,
        number=_cut(document.number or "", _CODE) or None,
        tax_id=_cut(document.tax_id or "", _CODE) or None,
        active=document.active,
        addresses={address.id: _street(address) for address in document.addresses},
        points=[[_kind(p.kind), _cut(p.value, 320)] for p in document.contact_points if p.value],
    )


def known(stored: dict[str, Any] | None) -> Said | None:
    """What was stored of it, typed again."""
    return Said(**stored) if stored is not None else None  # type: ignore[typeddict-item]  # it was a Said when it was stored


def _street(address: Address) -> Street:
    code = address.country.upper()
    return {
        "street": _cut(address.street, 500),
        "postal_code": _cut(address.postal_code, 32),
        "city": _cut(address.city, 120),
        "region": _cut(address.region, 120),
        "country": code if code in countries() else "",
    }


def _kind(kind: str) -> str:
    return kind if kind in set(PointKind) else PointKind.OTHER.value


def _cut(text: str, limit: int) -> str:
    return text.replace("\0", "").strip()[:limit]
