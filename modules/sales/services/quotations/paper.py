"""A quotation on paper: made once it is sent, and kept as it was."""

from __future__ import annotations

from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.companies import Company
from core.typesetting import Typeset, system_fonts, typeset
from core.web import formats
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Address, Party
from modules.sales.models import Quotation, QuotationLine, QuotationPaper, QuotationVersion

_TEMPLATE = "templates/papers/quotation.typ"


def said_on_paper(
    work: UnitOfWork, quotation: Quotation, version: QuotationVersion
) -> dict[str, Any]:
    """All the words of the paper; the template holds none."""
    customer = work.session.get_one(Party, quotation.customer_id)
    company = work.session.get_one(Company, quotation.company_id)
    currency = quotation.currency
    return {
        "title": _("Quotation %(number)s", number=quotation.number),
        "seller": company.name,
        "buyer": [customer.name, *_address(work, customer.id)],
        "facts": _facts(quotation, version),
        "heads": [_("Product"), _("Quantity"), _("Unit price"), _("Net")],
        "lines": [_line(line, version, currency) for line in version.lines],
        "sums": [
            (_("Net"), formats.money(version.net, currency)),
            (_("Tax"), formats.money(version.tax, currency)),
        ],
        "total": (_("Total"), formats.money(version.net + version.tax, currency)),
        "terms": version.terms,
        "foot": _seal(version),
        "page": _("Page"),
        "unshown": _(
            "Characters in the form ‹U+0E23› have no font on the server: install one, for instance"
            " the packages fonts-noto-core and fonts-noto-cjk."
        ),
    }


def set_paper(said: dict[str, Any], fonts: Any = None) -> Typeset:
    template = files("modules.sales").joinpath(_TEMPLATE).read_bytes()
    return typeset(template, said, fonts or system_fonts())


def kept_paper(work: UnitOfWork, version_id: UUID) -> QuotationPaper | None:
    statement = select(QuotationPaper).where(QuotationPaper.version_id == version_id)
    return work.session.scalar(statement)


def keep_paper(work: UnitOfWork, version: QuotationVersion, made: Typeset) -> QuotationPaper:
    """The one that was there first stays: the customer has it."""
    found = kept_paper(work, version.id)
    if found is None:
        unshown = "".join(sorted(made.unshown))
        found = QuotationPaper(version_id=version.id, content=made.pdf, unshown=unshown)
        work.session.add(found)
        work.session.flush()
    return found


def _facts(quotation: Quotation, version: QuotationVersion) -> list[tuple[str, str]]:
    day = version.sent_at or version.made_at
    facts = [
        (_("Number"), f"{quotation.number}"),
        (_("Version"), str(version.revision)),
        (_("Date"), formats.day(day.date())),
        (_("Valid until"), formats.day(version.valid_until)),
    ]
    if version.promised_on is not None:
        facts.append((_("Leaves our warehouse by"), formats.day(version.promised_on)))
    return facts


def _line(line: QuotationLine, version: QuotationVersion, currency: str) -> dict[str, Any]:
    own_day = line.promised_on is not None and line.promised_on != version.promised_on
    return {
        "sku": line.sku,
        "text": line.text,
        "note": _("By %(day)s", day=formats.day(line.promised_on))
        if own_day and line.promised_on
        else "",
        "cells": [
            formats.quantity(line.quantity, line.uom),
            formats.money(line.unit_price, currency),
            formats.money(line.net, currency),
        ],
    }


def _seal(version: QuotationVersion) -> str:
    return _("Seal (SHA-256): %(seal)s", seal=version.seal) if version.seal else _("Draft")


def _address(work: UnitOfWork, party_id: UUID) -> list[str]:
    statement = select(Address).where(Address.party_id == party_id).order_by(Address.id).limit(1)
    found = work.session.scalar(statement)
    if found is None:
        return []
    place = " ".join(filter(None, (found.postal_code, found.city)))
    return [line for line in (found.street, place, found.country) if line]
