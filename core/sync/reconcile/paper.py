"""A statement as PDF: to be signed and filed."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from sqlalchemy import select

from core.companies import Company
from core.sync.pages.words import kind_words
from core.sync.reconcile.models import Statement, StatementDifference
from core.sync.reconcile.words import (
    how_words,
    note_words,
    period_words,
    remedy_words,
    side_words,
    sums_words,
    verdict_words,
    what_words,
)
from core.typesetting import Typeset, system_fonts, typeset
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: Differences that are printed; all of them are in the CSV.
_MOST = 1_000


def pdf_of(work: UnitOfWork, statement: Statement) -> bytes:
    return on_paper(said_of(work, statement), system_fonts()).pdf


def on_paper(said: dict[str, Any], fonts: Any) -> Typeset:
    template = files("core.sync.reconcile").joinpath("templates/statement.typ").read_bytes()
    return typeset(template, said, fonts)


def said_of(work: UnitOfWork, statement: Statement) -> dict[str, Any]:
    """All the words of the paper; the template holds none."""
    named = work.session.scalars(
        select(StatementDifference)
        .where(StatementDifference.statement_id == statement.id)
        .order_by(StatementDifference.kind, StatementDifference.id)
        .limit(_MOST)
    ).all()
    company = work.session.get_one(Company, statement.company_id)
    return {
        "verdict": verdict_words(statement.agrees, statement.differences),
        "agrees": statement.agrees,
        "facts": _facts(statement, company.name),
        "kinds": [_kind(one) for one in statement.kinds],
        "differences": [_difference(row) for row in named],
        "more": _more(statement, len(named)),
        "foot": _("Statement %(id)s", id=statement.id),
        "hash": statement.hash,
        **_labels(),
    }


def _labels() -> dict[str, Any]:
    return {
        "title": _("Statement of reconciliation"),
        "heads": [_("Kind"), _("Verdict"), _("Here"), _("ERP"), _("Net here"), _("Net in the ERP")],
        "differences_title": _("Differences"),
        "difference_heads": [_("Document"), _("Difference"), _("Here"), _("ERP"), _("What to do")],
        "dates": _(
            "Dates are those the ERP writes on its documents. Drafts and cancelled documents bind"
            " nobody and are not counted. Stock levels and contacts are as of the moment the"
            " statement was made."
        ),
        "signed": _("Checked by: name, date, signature"),
        "page": _("Page"),
        "unshown": _(
            "Characters in the form ‹U+0E23› have no font on the server: install one, for instance"
            " the packages fonts-noto-core and fonts-noto-cjk. The CSV holds them as they are."
        ),
    }


def _facts(statement: Statement, company: str) -> list[tuple[str, str]]:
    return [
        (_("Company"), company),
        (_("Connection"), statement.connection),
        (_("Systems"), f"{statement.here}; {statement.there}"),
        (_("Period"), period_words(statement.first, statement.last)),
        (_("Made"), f"{statement.made_at:%Y-%m-%d %H:%M:%S} UTC, {statement.made_by}"),
        (_("Seal (SHA-256)"), statement.hash),
    ]


def _kind(one: dict[str, Any]) -> list[str]:
    return [
        f"{kind_words(one['kind'])}\n{how_words(one['how'])}",
        verdict_words(one["agrees"], one["differences"]),
        str(one["ours"]["count"]),
        str(one["theirs"]["count"]),
        "\n".join(sums_words(one["ours"])),
        "\n".join(sums_words(one["theirs"])),
    ]


def _difference(row: StatementDifference) -> list[str]:
    here, there = side_words(row.ours), side_words(row.theirs)
    note = note_words(row)
    return [
        f"{kind_words(row.kind)}\n{row.name}",
        what_words(row.what) + (f"\n{note}" if note else ""),
        "\n".join(f"{name}: {value}" for name, value in here) or "–",
        "\n".join(f"{name}: {value}" for name, value in there) or "–",
        remedy_words(row.remedy),
    ]


def _more(statement: Statement, shown: int) -> str:
    left = statement.differences - shown
    return _("And %(n)s more: see the CSV.", n=left) if left > 0 else ""
