"""Statements in words: what differs, what to do about it, and which rule a date follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel.core import get_global
from sqlalchemy import Row

from core.sync.reconcile.models import Remedy, StatementDifference, What
from core.sync.reconcile.run import How
from core.web import formats
from core.web.i18n import gettext as _
from core.web.i18n import lazy, ngettext

#: A difference as a record, or as a row of a list.
Named = StatementDifference | Row[*tuple[Any, ...]]

_WHAT = {
    What.MISSING_HERE: lazy("Missing here"),
    What.MISSING_THERE: lazy("Missing in the ERP"),
    What.DOUBLED: lazy("Doubled in the ERP"),
    What.AMOUNT: lazy("Amount differs"),
    What.CURRENCY: lazy("Currency differs"),
    What.STATE: lazy("State differs"),
    What.DAY: lazy("Date differs"),
    What.MIDNIGHT: lazy("Moved across midnight"),
    What.NUMBER: lazy("Number differs"),
    What.WORDS: lazy("Key fields differ"),
}
_REMEDY = {
    Remedy.PULL_AGAIN: lazy("Pull it again: that only reads the ERP."),
    Remedy.LOOK: lazy("Look at both sides. Nothing is sent again by itself."),
    Remedy.CANCEL_THERE: lazy("Cancel one of the two in the ERP."),
    Remedy.WAIT: lazy("It is on its way: make the statement again later."),
}
_HOW = {
    How.DOCUMENTS: lazy("Every document compared"),
    How.SUMS: lazy("The ERP's sums compared; documents only on days that differ"),
}


def what_words(what: str) -> str:
    return _(_WHAT[What(what)])


def remedy_words(remedy: str) -> str:
    return _(_REMEDY[Remedy(remedy)])


def how_words(how: str) -> str:
    return _(_HOW[How(how)])


def verdict_words(agrees: bool, differences: int) -> str:  # noqa: FBT001 - a fact and its number
    if agrees:
        return _("Both sides agree")
    if not differences:
        return _("The ERP's list is not whole")
    return ngettext("%(n)s difference", "%(n)s differences", differences)


def period_words(first: date, last: date) -> str:
    if first == last:
        return formats.day(first)
    return _("%(first)s to %(last)s", first=formats.day(first), last=formats.day(last))


def note_words(row: Named) -> str:
    """What else is known of a difference, and which rule its dates follow."""
    if row.what is What.DOUBLED:
        return _other_words(row)
    if row.what is What.MIDNIGHT:
        return _zone_words(row)
    if row.what is What.AMOUNT:
        return _by_words(row)
    return row.note


def _other_words(row: Named) -> str:
    reference = (row.theirs or {}).get("reference", "")
    if not row.note:
        return _("Carries our reference %(reference)s.", reference=reference)
    return _(
        "Carries our reference %(reference)s, and so does record %(other)s, which is the one we"
        " made.",
        reference=reference,
        other=row.note,
    )


def _zone_words(row: Named) -> str:
    """Dates are the ERP's and have no zone; one day apart is a time that was read in two zones."""
    if (row.ours or {}).get("reference"):
        return _(
            "The same document, one day apart: Tandem dates its own orders by the day in UTC, the"
            " ERP by the day in its own zone. The ERP's date counts."
        )
    return _(
        "The same document, one day apart: a time was read in two zones. Tandem keeps the date the"
        " ERP told; pulling again takes over the ERP's date of today."
    )


def _by_words(row: Named) -> str:
    mine, other = row.ours or {}, row.theirs or {}
    for name in ("net", "total"):
        if mine.get(name) is not None and other.get(name) not in (None, mine[name]):
            apart = Decimal(other[name]) - Decimal(mine[name])
            sign = "+" if apart > 0 else ""
            return _(
                "The ERP's amount less ours: %(amount)s",
                amount=sign + amount_words(str(apart), mine.get("unit")),
            )
    return ""


def amount_words(amount: str | None, unit: str | None) -> str:
    """An exact amount with its currency, or a quantity with its unit."""
    if amount is None:
        return ""
    exact = Decimal(amount)
    if not unit:
        return formats.number(exact)
    if unit in get_global("all_currencies"):
        return formats.money(exact, unit)
    return formats.quantity(exact, unit)


def sums_words(figures: dict[str, Any], name: str = "net") -> list[str]:
    """One per currency."""
    return [
        amount_words(each[name], unit)
        for unit, each in figures["sums"].items()
        if each[name] is not None
    ]


def side_words(side: dict[str, Any] | None) -> list[tuple[str, str]]:
    """One side's facts as pairs of a name and a value, without those it does not have."""
    if side is None:
        return []
    found = [
        (_("Number"), side["number"] or ""),
        (_("Date"), formats.day(date.fromisoformat(side["day"])) if side["day"] else ""),
        (_("Net"), amount_words(side["net"], side["unit"])),
        (_("Total"), amount_words(side["total"], side["unit"])),
        (_("State"), _(side["state"].replace("_", " ")) if side["state"] else ""),
        (_("Fields"), side["words"].removesuffix(" · ")),
    ]
    return [(name, value) for name, value in found if value]
