"""Parties and their next steps on pages that are not of this module."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from sqlalchemy import ColumnElement

from core.api.listing import ListQuery, page
from core.clock import utcnow
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.contacts.services.activities import About
from modules.contacts.services.agenda import of_party, of_person, of_record, open_steps
from modules.contacts.services.duplicates import alike_of
from modules.contacts.services.lists import CURRENT
from modules.contacts.services.merge_plan import merges_into
from modules.contacts.words import ACTIVITY_ICONS, why

_SHOWN = 8


def found(_reader: UUID, work: UnitOfWork) -> str:
    """What the search box in the frame finds here."""
    text = request.args.get("q", "").strip()
    parties = page(work, CURRENT, ListQuery(q=text, limit=_SHOWN))
    if not parties.rows:
        return ""
    more = parties.next is not None
    return render_template("contacts/found.html", rows=parties.rows, more=more, text=text)


def same_parties(party_id: UUID, work: UnitOfWork) -> str:
    """On the customer's page: who may be the same, and who was merged into it."""
    party = work.session.get_one(Party, party_id)
    alike = alike_of(work, party_id) if party.merged_into_id is None else []
    merges = merges_into(work, party_id)
    if not alike and not merges:
        return ""
    return render_template(
        "contacts/merges.html",
        party_id=party_id,
        alike=[(one, why(one.likeness.reasons)) for one in alike],
        merges=merges,
    )


def my_activities(reader: UUID, work: UnitOfWork) -> str:
    """On the home page: what its reader has to do, the overdue first; nothing when all is done."""
    mine = url_for("contacts_pages.activities", assignee_id=reader, state="open")
    return _steps(work, of_person(reader), empty=False, show_party=True, all_of=mine)


def next_steps(party_id: UUID, work: UnitOfWork) -> str:
    """On the customer's page: what is planned, and the way to plan more."""
    return _steps(
        work,
        of_party(party_id),
        all_of=url_for("contacts_pages.activities", party_id=party_id),
        plan=url_for("contacts_pages.plan_step", party_id=party_id),
    )


def steps_about(about: About, work: UnitOfWork, *, party_id: UUID | None = None) -> str:
    """For the page of another module's record: what is planned about it."""
    which: dict[str, Any] = {"about_kind": about.kind, "about_id": about.id}
    if about.link is not None:
        which |= {"page": about.link.endpoint, **about.link.params}
    if party_id is not None:
        which["party_id"] = party_id
    plan = url_for("contacts_pages.plan_step", **which)
    return _steps(work, of_record(about.kind, about.id), plan=plan)


def _steps(
    work: UnitOfWork, which: ColumnElement[bool], *, empty: bool = True, **shown: Any
) -> str:
    steps = open_steps(work, which, limit=_SHOWN)
    if not steps and not empty:
        return ""
    return render_template(
        "contacts/steps.html",
        steps=steps,
        now=utcnow(),
        icons=ACTIVITY_ICONS,
        back=request.full_path,
        **shown,
    )
