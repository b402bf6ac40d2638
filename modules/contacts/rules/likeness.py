"""How much two parties, or a lead and a party, look like the same one, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

from rapidfuzz import fuzz

from core.search import fold, words
from modules.contacts.rules.facts import digits


class Sign(StrEnum):
    """What tells that two are one."""

    TAX_ID = "tax_id"
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one side; all of it may be missing but the name."""

    name: str
    tax_id: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    sign: Sign
    #: The value both have; of a name the other side's.
    value: str
    #: How alike, for a name; 100 for what is equal.
    per_cent: int = 100


@dataclass(frozen=True, slots=True)
class Likeness:
    """``score`` is per cent; ``reasons`` are in the order of their weight."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def likely(self) -> bool:
        """Enough to ask before a second one is made."""
        return self.score >= LIKELY


LIKELY = 60
#: How far each sign alone makes one of two, in per cent; a name by how alike it is.
_WEIGHT = {Sign.TAX_ID: 95, Sign.EMAIL: 90, Sign.PHONE: 75, Sign.NAME: 80, Sign.DOMAIN: 35}
#: Names less alike than this are two names.
_ALIKE = 82
#: Of a phone number, what is the same with and without the code of its country.
_OWN_DIGITS = 7
#: Legal forms say nothing about who it is.
_LEGAL_FORMS = """
ag as bv bvba co company corp corporation cv eg gbr gmbh inc incorporated kft kg kk limited llc llp
ltd mbh nv oy oyj plc pte pty pvt sa sarl sas sl srl spa sro und and the
"""
_FORMS = frozenset(_LEGAL_FORMS.split())
#: Mail hosts that many strangers share.
_FREE_MAIL = """
gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com gmx.de gmx.net web.de
qq.com 163.com proton.me protonmail.com aol.com mail.ru
"""
_SHARED_HOSTS = frozenset(_FREE_MAIL.split())


def bare_name(name: str) -> str:
    """Folded, and without legal forms: what names are compared by."""
    kept = [word for word in words(name) if word not in _FORMS]
    return " ".join(kept) or fold(name).strip()


def bare_email(value: str) -> str:
    return value.strip().casefold()


def bare_phone(value: str) -> str:
    """The last digits, which are the same in +49 30 1234567 and 030 1234567; '' if too few."""
    found = digits(value)
    return found[-_OWN_DIGITS:] if len(found) >= _OWN_DIGITS else ""


def bare_tax_id(value: str | None) -> str:
    return "".join(c for c in (value or "").casefold() if c.isalnum())


def likeness(one: Known, other: Known) -> Likeness:
    """Signs add up: each takes away its part of the doubt the others left."""
    reasons = sorted(_reasons(one, other), key=_strength, reverse=True)
    doubt = reduce(lambda left, reason: left * (100 - _strength(reason)) / 100, reasons, 100.0)
    return Likeness(round(100 - doubt), tuple(reasons))


def _reasons(one: Known, other: Known) -> Iterable[Reason]:
    if bare_tax_id(one.tax_id) and bare_tax_id(one.tax_id) == bare_tax_id(other.tax_id):
        yield Reason(Sign.TAX_ID, other.tax_id or "")
    if mail := _shared(map(bare_email, one.emails), map(bare_email, other.emails)):
        yield Reason(Sign.EMAIL, mail)
    elif host := _shared(_hosts(one.emails), _hosts(other.emails)):
        yield Reason(Sign.DOMAIN, host)
    ours = {bare_phone(value) for value in one.phones} - {""}
    if phone := next((value for value in other.phones if bare_phone(value) in ours), None):
        yield Reason(Sign.PHONE, phone)
    # Sorted: Cycles Harbour is Harbour Cycles.
    alike = int(fuzz.token_sort_ratio(bare_name(one.name), bare_name(other.name)))
    if alike >= _ALIKE:
        yield Reason(Sign.NAME, other.name, alike)


def _strength(reason: Reason) -> int:
    return _WEIGHT[reason.sign] * reason.per_cent // 100


def _shared(some: Iterable[str], others: Iterable[str]) -> str:
    return min(set(some) & set(others), default="")


def _hosts(emails: Sequence[str]) -> set[str]:
    hosts = {bare_email(value).rpartition("@")[2] for value in emails}
    return hosts - _SHARED_HOSTS
