"""Leads from a table: read and planned line by line, applied in bulk, taken back if need be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table as SqlTable
from sqlalchemy import delete, func, select

from core import search
from core.clock import utcnow
from core.companies import fetch, home
from core.db.among import among
from core.db.bulk import Upsert
from core.errors import Invalid, RuleBroken
from core.ids import new_id
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Activity, ContactPoint, Party
from modules.contacts.rules.likeness import bare_email, bare_name
from modules.sales.kinds import LEAD
from modules.sales.models import Lead, LeadImport
from modules.sales.rules.leads import LeadFields, LeadSource, LeadState, check_whole, clean_lead
from modules.sales.services.finding import find_lead_again
from modules.sales.services.leads import announce_captured
from modules.sales.services.tables import Line, read_table


class Fate(StrEnum):
    """What becomes of a line."""

    CREATE = "create"
    DUPLICATE = "duplicate"
    ERROR = "error"


def plan_import(work: UnitOfWork, file_name: str, content: bytes) -> LeadImport:
    """Nothing but the plan is written. Raise Invalid where the file is no table of leads."""
    table = read_table(content)
    planned = [_checked(line) for line in table.lines]
    company = home(work)
    _mark_duplicates(planned, _Held.of(work, company, planned))
    brought = LeadImport(
        company_id=company,
        file_name=file_name[:200],
        author=work.actor.name,
        plan=planned,
        unread=table.unread,
    )
    work.session.add(brought)
    work.session.flush()
    return brought


def apply_import(work: UnitOfWork, import_id: UUID) -> int:
    """Make a lead of every line that is to be one, in bulk. Answers how many."""
    brought = fetch(work, LeadImport, import_id, lock=True)
    if brought.applied_at is not None:
        raise RuleBroken(_("This import was applied already."))
    rows = [_row(work, brought, line) for line in brought.plan if line["fate"] == Fate.CREATE]
    Upsert(cast("SqlTable", Lead.__table__), key=("id",)).run(work.session, rows)
    brought.applied_at, brought.created = utcnow(), len(rows)
    work.session.flush()
    made = work.session.scalars(select(Lead).where(Lead.import_id == brought.id)).all()
    find_lead_again(work, made)
    for lead in made:
        announce_captured(work, lead)
    return len(rows)


def undo_import(work: UnitOfWork, import_id: UUID) -> int:
    """Remove the leads nobody has touched since. Answers how many stay, since somebody has."""
    brought = fetch(work, LeadImport, import_id, lock=True)
    if brought.applied_at is None or brought.undone_at is not None:
        raise RuleBroken(_("There is nothing of this import to take back."))
    planned = select(Activity.about_id).where(Activity.about_kind == LEAD)
    untouched = select(Lead.id).where(
        Lead.import_id == brought.id,
        Lead.version == 1,
        Lead.state == LeadState.NEW,
        Lead.id.not_in(planned.where(Activity.about_id.is_not(None))),
    )
    ids = list(work.session.scalars(untouched))
    search.remove(work.session, LEAD, ids)
    mine = among(work.session, Lead.id, ids)
    work.session.execute(delete(Lead).where(mine), execution_options={"synchronize_session": False})
    brought.undone_at, brought.removed = utcnow(), len(ids)
    return brought.created - len(ids)


def counts(brought: LeadImport) -> dict[Fate, int]:
    return {fate: sum(line["fate"] == fate for line in brought.plan) for fate in Fate}


Planned = dict[str, Any]


def _checked(line: Line) -> Planned:
    """The line with its fields tidied, or with what is wrong with each."""
    fields = cast("LeadFields", dict(line.fields))
    try:
        tidy = clean_lead(fields)
        check_whole(tidy)
    except Invalid as error:
        return _planned(line.number, line.fields, Fate.ERROR, " ".join(error.fields.values()))
    return _planned(line.number, tidy, Fate.CREATE, "")


def _planned(number: int, fields: Mapping[str, Any], fate: Fate, why: str) -> Planned:
    return {"line": number, "fields": dict(fields), "fate": fate.value, "why": why}


class _Held:
    """Who is here already, by what a line may share with them: key to words."""

    def __init__(self, seen: dict[tuple[str, str], str]) -> None:
        self.seen = seen

    @classmethod
    def of(cls, work: UnitOfWork, company: UUID, lines: Sequence[Planned]) -> _Held:
        wanted = {key for line in lines for key in _keys(line["fields"])}
        emails = [value for kind, value in wanted if kind == "email"]
        names = [line["fields"].get("organisation", "").casefold() for line in lines]
        seen: dict[tuple[str, str], str] = {}
        for email, name in _by_email(work, company, emails):
            seen["email", email] = _("%(name)s has this e-mail address.", name=name)
        for name in _by_name(work, company, [name for name in names if name]):
            seen["name", bare_name(name)] = _("%(name)s is here already.", name=name)
        return cls(seen)

    def known(self, fields: Mapping[str, Any]) -> str:
        return next((self.seen[key] for key in _keys(fields) if key in self.seen), "")

    def add(self, line: Planned) -> None:
        why = _("Line %(line)s of this file is the same.", line=line["line"])
        for key in _keys(line["fields"]):
            self.seen.setdefault(key, why)


def _mark_duplicates(lines: Sequence[Planned], held: _Held) -> None:
    for line in lines:
        if line["fate"] == Fate.ERROR:
            continue
        if why := held.known(line["fields"]):
            line["fate"], line["why"] = Fate.DUPLICATE.value, why
        held.add(line)


def _keys(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """An address is one person's; an organisation counts only where no address is said."""
    if email := fields.get("email"):
        yield "email", bare_email(email)
    elif organisation := fields.get("organisation"):
        yield "name", bare_name(organisation)


def _by_email(work: UnitOfWork, company: UUID, emails: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Of leads and of parties, in two statements."""
    lead = func.lower(Lead.email)
    who = func.coalesce(func.nullif(Lead.name, ""), Lead.organisation)
    leads = select(lead, who).where(Lead.company_id == company, among(work.session, lead, emails))
    point = func.lower(ContactPoint.value)
    parties = (
        select(point, Party.name)
        .join(Party, Party.id == ContactPoint.party_id)
        .where(Party.company_id == company, among(work.session, point, emails))
    )
    for statement in (leads, parties):
        yield from ((row[0], row[1]) for row in work.session.execute(statement))


def _by_name(work: UnitOfWork, company: UUID, names: Sequence[str]) -> Sequence[str]:
    wanted = among(work.session, func.lower(Party.name), names)
    return work.session.scalars(
        select(Party.name).where(
            Party.company_id == company, Party.merged_into_id.is_(None), wanted
        )
    ).all()


def _row(work: UnitOfWork, brought: LeadImport, line: Planned) -> dict[str, Any]:
    blank = {"name": "", "organisation": "", "city": "", "country": "", "interest": ""}
    none = dict.fromkeys(("email", "phone", "tax_id", "language"))
    now = utcnow()
    return {
        "id": new_id(),
        "company_id": brought.company_id,
        "state": LeadState.NEW,
        "source": LeadSource.IMPORT,
        "import_id": brought.id,
        "owner_id": work.actor.id,
        "utm": {},
        "reason_note": "",
        "version": 1,
        "created_at": now,
        "updated_at": now,
        **blank,
        **none,
        **line["fields"],
    }
