"""A statement as PDF, set by typst: to be signed and filed.

PDF/A-2u, since that level refuses a character no font can show: a name never turns into boxes
unseen. The text's own font and digits come with typst; Thai and Chinese need fonts of the system.
Where these are missing, such characters stand as their code points, and the paper says so.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
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
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: Differences that are printed; all of them are in the CSV.
_MOST = 1_000
#: How typst names a character no font has, in an error of PDF/A.
_UNSHOWN = re.compile(r"the text `\"((?:[^\"\\]|\\.)+)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
#: A page of errors names some characters; the next one the others.
_TURNS = 50


def pdf_of(work: UnitOfWork, statement: Statement) -> bytes:
    return typeset(said_of(work, statement), system_fonts()).pdf


@dataclass(frozen=True, slots=True)
class Typeset:
    pdf: bytes
    #: Characters that no font had, set as their code points.
    unshown: frozenset[str]


def typeset(said: dict[str, Any], fonts: Any) -> Typeset:
    from typst import TypstError  # noqa: PLC0415 - 60 MB that only a paper needs

    text, unshown = json.dumps(said, ensure_ascii=False), frozenset[str]()
    for _turn in range(_TURNS):
        shown = "".join(_code_point(one) if one in unshown else one for one in text)
        try:
            return Typeset(_compiled(shown, fonts, hint=bool(unshown)), unshown)
        except TypstError as error:
            more = _characters(error.diagnostic) - unshown
            if not more:
                raise
            unshown |= more
    raise RuntimeError("the fonts of this machine show too little")


def _compiled(said: str, fonts: Any, *, hint: bool) -> bytes:
    from typst import Compiler  # noqa: PLC0415 - as above

    template = files("core.sync.reconcile").joinpath("templates/statement.typ").read_bytes()
    compiler: Any = Compiler(font_paths=fonts)
    inputs = {"said": said, "unshown": "1" if hint else ""}
    made = compiler.compile(input=template, format="pdf", sys_inputs=inputs, pdf_standards="a-2u")
    return bytes(made)


@cache
def system_fonts() -> Any:
    """Looked for once: a system may have hundreds."""
    from typst import Fonts  # noqa: PLC0415 - as above

    return Fonts()


def _characters(diagnostic: str) -> frozenset[str]:
    found = _UNSHOWN.findall(diagnostic)
    plain = [_ESCAPED.sub(lambda match: chr(int(match[1], 16)), one) for one in found]
    return frozenset(character for one in plain for character in one)


def _code_point(character: str) -> str:
    return f"‹U+{ord(character):04X}›"


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
