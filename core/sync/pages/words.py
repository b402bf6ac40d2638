"""States, kinds and promises of the sync as people read them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from babel.dates import format_timedelta
from flask import current_app, url_for

from core.registry.state import Enabled
from core.sync.contract import Guarantee
from core.sync.merge.shared import Shared
from core.sync.models import ConnectionState
from core.web.atoms import Chip
from core.web.i18n import gettext as _
from core.web.i18n import lazy, voice
from core.web.light import Tone

CONNECTION_CHIPS = {
    ConnectionState.DRAFT: Chip(lazy("Draft")),
    ConnectionState.LIVE: Chip(lazy("Live"), Tone.GREEN),
    ConnectionState.PAUSED: Chip(lazy("Paused"), Tone.AMBER),
    ConnectionState.NEEDS_CREDENTIALS: Chip(lazy("Needs credentials"), Tone.RED),
}

#: By the last word of a kind; a module's own kinds are shown by that word.
_KINDS = {
    "party": lazy("Contacts"),
    "order": lazy("Orders"),
    "product": lazy("Products"),
    "tax": lazy("Taxes"),
    "price_list": lazy("Price lists"),
    "credit": lazy("Credit limits"),
    "level": lazy("Stock levels"),
    "shipment": lazy("Shipments"),
    "invoice": lazy("Invoices"),
    "credit_note": lazy("Credit notes"),
    "payment": lazy("Payments"),
}
#: By the class of the document, as the contract names it.
_DOCUMENTS = {
    "Party": lazy("Contacts"),
    "SalesOrder": lazy("Orders"),
    "Product": lazy("Products"),
    "Tax": lazy("Taxes"),
    "PriceList": lazy("Price lists"),
    "StockLevel": lazy("Stock levels"),
    "CreditStatus": lazy("Credit limits"),
    "Shipment": lazy("Shipments"),
    "Invoice": lazy("Invoices"),
    "CreditNote": lazy("Credit notes"),
    "Payment": lazy("Payments"),
}
_PROMISES = {
    Guarantee.EXACTLY_ONCE: lazy("Sent, each exactly once: the ERP itself refuses a second one."),
    Guarantee.CONFIRMED_ONCE: lazy(
        "Sent, each confirmed exactly once, whatever fails on the way. A draft left behind by a"
        " failure is found and removed."
    ),
    Guarantee.ONCE_UNLESS_LATE: lazy(
        "Sent, each once. Should the ERP carry out a request very late, a double is possible; it"
        " is found and reported."
    ),
    Guarantee.AT_MOST_ONCE: lazy(
        "Not sent, unless an admin accepts that what is in doubt is left to a person: this ERP can"
        " not be asked whether something arrived."
    ),
    Guarantee.INBOUND_ONLY: lazy("Read from the ERP, never written."),
}


def kind_words(kind: str) -> str:
    """``sales.order`` as ``Orders``."""
    word = kind.rpartition(".")[2]
    return _(_KINDS.get(word, word.replace("_", " ").capitalize()))


def document_words(name: str) -> str:
    return _(_DOCUMENTS.get(name, name))


def promise_words(promise: str) -> str:
    return _(_PROMISES[Guarantee(promise)]) if promise in set(Guarantee) else promise


def span_words(seconds: float) -> str:
    """``3 seconds``, ``2 hours``."""
    return format_timedelta(timedelta(seconds=round(seconds)), threshold=1, locale=voice().locale)


def shared_of(enabled: Enabled, kind: str) -> Shared[Any] | None:
    """What both sides may write of a kind; None where only one of them does."""
    outbound = enabled.outbound.get(kind)
    return outbound.shared if outbound else None


def record_address(enabled: Enabled, kind: str, local_id: UUID | None) -> str:
    """Of the record's own page; '' where its module has none."""
    known = [*enabled.inbound, *enabled.outbound.values()]
    page = next((one.page for one in known if one.kind == kind and one.page), None)
    if page is None or local_id is None or page.endpoint not in current_app.view_functions:
        return ""
    values: dict[str, Any] = {page.argument: local_id}
    return url_for(page.endpoint, **values)
