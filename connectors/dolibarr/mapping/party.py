"""Third parties: ``createThirdParty`` of the SOAP service out, rows of the REST API back."""

from __future__ import annotations

from connectors.dolibarr.mapping.company import Company, short
from connectors.dolibarr.mapping.order import searchable
from connectors.dolibarr.rows import text, version
from connectors.dolibarr.verdicts import Row
from core.money import zero
from core.sync.documents import Address, ContactPoint, DocumentState, Party
from core.sync.values import Found, Outgoing, Ref

#: Our kinds of contact points to the fields of a third party, which has one of each.
_POINTS = {"email": "email", "phone": "phone", "website": "url"}
#: Fields of a third party as SOAP and as REST call them, where the names differ.
_REST_NAMES = {"ref": "name", "vat_number": "tva_intra"}


def struct(item: Outgoing[Party]) -> dict[str, object]:
    """A new customer. ``ref`` is its name, and ``-1`` makes Dolibarr give it a number."""
    return {
        "ref_ext": searchable(item.reference),
        "status": "1" if item.document.active else "0",
        "client": "1",
        "supplier": "0",
        "customer_code": "-1",
        **_fields(item.document),
        **({"country_code": country} if (country := _country(item.document)) else {}),
    }


def amended(document: Party, row: Row) -> dict[str, object]:
    """What the row over there has otherwise, by REST's names; nothing is emptied.

    The country is left alone: REST takes its number there, which we do not have.
    """
    values = {_REST_NAMES.get(name, name): value for name, value in _fields(document).items()}
    values["status"] = "1" if document.active else "0"
    return {name: value for name, value in values.items() if text(row, name) != value}


def _fields(document: Party) -> dict[str, str]:
    """What we know, and nothing where we know nothing: a missing field is not an empty one."""
    address = document.addresses[0] if document.addresses else Address(id="")
    points = {
        _POINTS.get(point.kind, ""): point.value for point in reversed(document.contact_points)
    }
    found = {
        "ref": document.name,
        "address": address.street,
        "zip": address.postal_code,
        "town": address.city,
        "vat_number": document.tax_id or "",
        **{name: points.get(name, "") for name in _POINTS.values()},
    }
    return {name: short(value, field=name) for name, value in found.items() if value}


def _country(document: Party) -> str:
    return document.addresses[0].country if document.addresses else ""


def party(row: Row, company: Company) -> Party:
    return Party(
        company=company.id,
        name=text(row, "name") or text(row, "ref"),
        number=text(row, "code_client") or None,
        tax_id=text(row, "tva_intra") or None,
        addresses=_addresses(row),
        contact_points=tuple(
            ContactPoint(kind=kind, value=value)
            for kind, name in _POINTS.items()
            if (value := text(row, name))
        ),
        active=text(row, "status") != "0",
    )


def _addresses(row: Row) -> tuple[Address, ...]:
    """The one a third party has; it bears the third party's id."""
    address = Address(
        id=text(row, "id"),
        street=text(row, "address"),
        postal_code=text(row, "zip"),
        city=text(row, "town"),
        region=text(row, "state"),
        country=text(row, "country_code"),
    )
    return (address,) if address != Address(id=address.id) else ()


def ref(row: Row, company: Company) -> Ref:
    return Ref(id=text(row, "id"), version=version(row, party(row, company)))


def found(row: Row, company: Company) -> Found:
    return Found(
        reference=text(row, "ref_ext"),
        ref=ref(row, company),
        state=DocumentState.CONFIRMED,
        customer=text(row, "id"),
        net=zero(company.currency),
    )
