"""Leads: their states, what their facts may be, and how a table's columns are read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypedDict, cast
from uuid import UUID

from core.errors import Invalid
from core.states import StateMachine
from core.web.i18n import gettext as _
from modules.contacts.rules import Clean, country, email, language, maybe, phone, text


class LeadState(StrEnum):
    NEW = "new"
    WORKING = "working"
    NURTURING = "nurturing"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    DISQUALIFIED = "disqualified"
    #: Worth another try some day.
    RECYCLED = "recycled"


_L = LeadState
LEAD_FLOW = StateMachine(
    {
        _L.NEW: frozenset({_L.WORKING}),
        _L.WORKING: frozenset({_L.NURTURING, _L.QUALIFIED, _L.DISQUALIFIED}),
        _L.NURTURING: frozenset({_L.WORKING, _L.QUALIFIED, _L.DISQUALIFIED}),
        _L.QUALIFIED: frozenset({_L.CONVERTED}),
        _L.DISQUALIFIED: frozenset({_L.RECYCLED}),
        _L.RECYCLED: frozenset({_L.NEW}),
    }
)


class LeadSource(StrEnum):
    """How it came to us."""

    HAND = "hand"
    FORM = "form"
    IMPORT = "import"
    API = "api"


class Disqualified(StrEnum):
    NO_NEED = "no_need"
    NO_BUDGET = "no_budget"
    UNREACHABLE = "unreachable"
    COMPETITOR = "competitor"
    NOT_FOR_US = "not_for_us"
    DUPLICATE = "duplicate"
    SPAM = "spam"
    OTHER = "other"


class LeadFields(TypedDict, total=False):
    name: str
    organisation: str
    email: str | None
    phone: str | None
    tax_id: str | None
    city: str
    country: str
    language: str | None
    interest: str
    owner_id: UUID | None


_CLEANERS: Mapping[str, Clean] = {
    "name": text(200),
    "organisation": text(200),
    "email": maybe(email),
    "phone": maybe(phone),
    "tax_id": maybe(text(64)),
    "city": text(120),
    "country": country,
    "language": maybe(language),
    "interest": text(10_000),
}


def clean_lead(fields: LeadFields) -> LeadFields:
    """The fields given, tidied. Raise Invalid with a sentence for every one at fault."""
    tidy: dict[str, Any] = dict(fields)
    problems = {}
    for name in tidy.keys() & _CLEANERS.keys():
        # An address or number that is only blanks is none.
        given = tidy[name].strip() if isinstance(tidy[name], str) else tidy[name]
        optional = name in {"email", "phone", "tax_id", "language"}
        try:
            tidy[name] = None if optional and not given else _CLEANERS[name](given)
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise Invalid(_("Please look at the marked fields."), fields=problems)
    return cast("LeadFields", tidy)


def check_whole(fields: Mapping[str, Any]) -> None:
    """A lead needs somebody, and a way to reach them. Raise Invalid."""
    problems = {}
    if not (fields.get("name") or fields.get("organisation")):
        problems["name"] = _("Say who it is: a person, an organisation or both.")
    if not (fields.get("email") or fields.get("phone")):
        problems["email"] = _("Give an e-mail address or a phone number.")
    if problems:
        raise Invalid(_("Please look at the marked fields."), fields=problems)


#: Of an address's query, what tells which campaign brought somebody.
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


def utm_of(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name].strip()[:200] for name in UTM if given.get(name, "").strip()}


#: Heads of imported tables, folded, and the field each stands for.
_HEADS: Mapping[str, str] = {
    "name": "name",
    "full name": "name",
    "contact": "name",
    "contact name": "name",
    "organisation": "organisation",
    "organization": "organisation",
    "company": "organisation",
    "account": "organisation",
    "e mail": "email",
    "email": "email",
    "email address": "email",
    "e mail address": "email",
    "phone": "phone",
    "mobile": "phone",
    "telephone": "phone",
    "tax id": "tax_id",
    "vat": "tax_id",
    "vat number": "tax_id",
    "city": "city",
    "country": "country",
    "language": "language",
    "interest": "interest",
    "message": "interest",
    "note": "interest",
    "notes": "interest",
}


def field_of(head: str) -> str | None:
    """None for a column we do not read."""
    words = "".join(c if c.isalnum() else " " for c in head.casefold()).split()
    return _HEADS.get(" ".join(words))
