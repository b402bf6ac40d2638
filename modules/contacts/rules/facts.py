"""What the facts of a party may be. Pure: no session, no clock.

The ``clean_*`` functions answer the fields they were given, tidied; they raise ``Invalid`` with a
sentence for every field at fault, and know nothing of fields that were left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypedDict, TypeVar, cast
from uuid import UUID

from babel import Locale

from core.errors import Invalid
from core.sync.documents import PartyKind
from core.web.i18n import gettext as _


class Role(StrEnum):
    CUSTOMER = "customer"
    PROSPECT = "prospect"
    SUPPLIER = "supplier"
    PARTNER = "partner"
    COMPETITOR = "competitor"
    EMPLOYEE = "employee"


class RelationKind(StrEnum):
    WORKS_FOR = "works_for"
    REPORTS_TO = "reports_to"
    INFLUENCES = "influences"
    BUYS_FOR = "buys_for"


class Influence(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class PointKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    MOBILE = "mobile"
    WEBSITE = "website"
    OTHER = "other"


class Channel(StrEnum):
    CALL = "call"
    MAIL = "mail"
    MEETING = "meeting"
    VISIT = "visit"
    CHAT = "chat"
    NOTE = "note"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class IdentityStatus(StrEnum):
    PRIMARY = "primary"
    #: Also them: a duplicate over there.
    ALIAS = "alias"
    RETIRED = "retired"


class PartyFields(TypedDict, total=False):
    kind: PartyKind
    name: str
    number: str | None
    tax_id: str | None
    language: str | None
    owner_id: UUID | None
    note: str


class AddressFields(TypedDict, total=False):
    street: str
    postal_code: str
    city: str
    region: str
    country: str
    billing: bool
    shipping: bool


class PointFields(TypedDict, total=False):
    kind: PointKind
    value: str
    label: str
    preferred: bool


class RelationFields(TypedDict, total=False):
    kind: RelationKind
    title: str
    influence: Influence | None


class InteractionFields(TypedDict, total=False):
    channel: Channel
    direction: Direction | None
    text: str
    outcome: str
    next_step: str
    next_on: date | None
    happened_at: datetime


Clean = Callable[[Any], Any]
F = TypeVar("F", bound=Mapping[str, Any])

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+?[0-9 ()./\-\u2010-\u2013]+(( ?(x|ext\.?|#)) ?[0-9]{1,8})?", re.IGNORECASE)
#: No other scheme than these two: the page makes a link of it.
_WEBSITE = re.compile(r"(https?://)?[^\s:/?#@]+\.[^\s:/?#@]+(:\d+)?([/?#]\S*)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}")
#: Codes CLDR knows beside those of ISO 3166-1.
_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
#: E.164 allows 15 digits; short numbers inside a house have three.
_PHONE_DIGITS = range(3, 16)


def text(limit: int, *, needed: str = "") -> Clean:
    """Trimmed, at most ``limit`` characters; ``needed`` is what to say when it is empty."""

    def clean(value: str) -> str:
        tidy = value.strip()
        if needed and not tidy:
            raise ValueError(needed)
        if len(tidy) > limit:
            raise ValueError(_("At most %(limit)s characters.", limit=limit))
        if "\0" in tidy:
            raise ValueError(_("This holds a character that is no text."))
        return tidy

    return clean


def maybe(clean: Clean) -> Clean:
    """None where there is nothing."""
    return lambda value: (clean(value) or None) if value is not None else None


def email(value: str) -> str:
    tidy: str = text(254)(value)
    if not _EMAIL.fullmatch(tidy):
        raise ValueError(_("Not an e-mail address: it needs a name, an @ and a domain."))
    return tidy


def phone(value: str) -> str:
    tidy: str = text(40)(value)
    if not _PHONE.fullmatch(tidy) or len(digits(tidy.lower().split("x")[0])) not in _PHONE_DIGITS:
        raise ValueError(_("Not a phone number: digits, spaces and + - ( ) only, at least three."))
    return tidy


def website(value: str) -> str:
    tidy: str = text(320)(value)
    if not _WEBSITE.fullmatch(tidy):
        raise ValueError(_("Not a web address, like https://example.com."))
    return tidy


def digits(value: str) -> str:
    return "".join(c for c in value if c.isdigit())


def country(value: str) -> str:
    code = value.strip().upper()
    if code and code not in countries():
        raise ValueError(_("Not a country's two letters, like DE, TH or VN."))
    return code


@cache
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2, as CLDR lists them."""
    known = map(str, Locale("en").territories)
    return frozenset(code for code in known if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


def language(value: str) -> str:
    tidy = value.strip()
    if tidy and not _LANGUAGE.fullmatch(tidy):
        raise ValueError(_("Not a language's code, like en, vi or zh-TW."))
    return tidy


_POINT: Mapping[PointKind, Clean] = {
    PointKind.EMAIL: email,
    PointKind.PHONE: phone,
    PointKind.MOBILE: phone,
    PointKind.WEBSITE: website,
}


def point(kind: PointKind, value: str) -> str:
    """Raise ValueError in words where ``value`` is not what its kind says."""
    other: Clean = text(320, needed=_("Say what it is."))
    tidy: str = _POINT.get(kind, other)(value)
    return tidy


def clean_party(fields: PartyFields) -> PartyFields:
    cleaners: dict[str, Clean] = {
        "name": text(200, needed=_("A party needs a name.")),
        "number": maybe(text(64)),
        "tax_id": maybe(text(64)),
        "language": maybe(language),
        "note": text(10_000),
    }
    return tidied(fields, cleaners)


def clean_address(fields: AddressFields) -> AddressFields:
    cleaners: dict[str, Clean] = {
        "street": text(500),
        "postal_code": text(32),
        "city": text(120),
        "region": text(120),
        "country": country,
    }
    return tidied(fields, cleaners)


def clean_point(fields: PointFields, kind: PointKind) -> PointFields:
    cleaners: dict[str, Clean] = {"value": lambda value: point(kind, value), "label": text(120)}
    return tidied(fields, cleaners)


def clean_relation(fields: RelationFields) -> RelationFields:
    return tidied(fields, {"title": text(120)})


def clean_interaction(fields: InteractionFields) -> InteractionFields:
    cleaners: dict[str, Clean] = {
        "text": text(20_000, needed=_("Write what was said or agreed.")),
        "outcome": text(500),
        "next_step": text(500),
    }
    return tidied(fields, cleaners)


def tidied(fields: F, cleaners: Mapping[str, Clean]) -> F:
    # A copy of the caller's own dictionary, whichever of the five it is.
    tidy: dict[str, Any] = dict(fields)
    problems = {}
    for name in tidy.keys() & cleaners.keys():
        try:
            tidy[name] = cleaners[name](tidy[name])
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise Invalid(_("Please look at the marked fields."), fields=problems)
    return cast("F", tidy)
