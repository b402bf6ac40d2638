"""The sync light of the frame, and the banner when nobody does the work. Two queries a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Row, func, select

from core.alerts.models import Alert
from core.companies import visible
from core.db.moment import database_now
from core.installation.standing import Standing, standing
from core.jobs.models import WorkerProcess
from core.sync.models import (
    Connection,
    ConnectionState,
    InboxRow,
    InboxState,
    OutboxRow,
    OutboxState,
)
from core.web.i18n import gettext as _
from core.web.i18n import ngettext
from core.web.light import Light, Tone
from core.work import UnitOfWork
from core.workers import unserved

_PAGE = "sync_pages.index"
#: More than this is "many" to a light.
_MOST = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    stopped: int
    #: A worker lives.
    works: bool
    alerts: int


def ask(work: UnitOfWork) -> Light | None:
    """Red: nothing moves until a person acts. Amber: look soon. Green: all is in step.

    Who may not see the sync is told one thing only: that this is, or may be, a copy.
    """
    if not work.actor.may("core.sync"):
        now = standing(work)
        held = _held(now) if now.may_be_copy else None
        return held and replace(held, endpoint="", act="")
    facts = _facts(work)
    return replace(_light(work, facts), bell="alerts_pages.index", alerts=facts.alerts)


def _light(work: UnitOfWork, facts: _Facts) -> Light:
    statement = select(
        Connection.name, Connection.state, Connection.last_error, Connection.company_id
    )
    found = work.session.execute(visible(work, statement).order_by(Connection.name)).all()
    tone, words = _said(found, facts.stopped)
    if (held := _held(standing(work))) is not None:
        return held
    if facts.works and (left := unserved(work.session, work.enabled.jobs.values())):
        banner = _(
            "Work waits that no worker takes: none serves %(queues)s. Start one with “tandem worker"
            " --queues %(option)s”.",
            queues=", ".join(left),
            option=",".join(left),
        )
        return Light(
            tone=Tone.RED, words=_("Work that nobody takes"), endpoint=_PAGE, banner=banner
        )
    if not facts.works:
        banner = _(
            "Nothing is sent or read: no worker runs. Start one with “tandem run”, or “tandem"
            " worker” beside a web server of your own."
        )
        return Light(tone=Tone.RED, words=_("No worker runs"), endpoint=_PAGE, banner=banner)
    return Light(tone=tone, words=words, endpoint=_PAGE)


def _held(now: Standing) -> Light | None:
    page = "installation_pages.index"
    if now.held:
        banner = _("Nothing is sent or read: this database is not where it was, or not as it was.")
        return Light(
            tone=Tone.RED,
            words=_("Held until you decide"),
            endpoint=page,
            banner=banner,
            act=_("Say what it is"),
        )
    if not now.pushes:
        banner = _("This is a copy: it reads from the ERPs and sends nothing.")
        return Light(
            tone=Tone.AMBER, words=_("A copy"), endpoint=page, banner=banner, act=_("More")
        )
    if now.put_back:
        words = _("%(name)s was put back", name=now.put_back[0][1])
        banner = _("%(name)s seems to be in an earlier state.", name=now.put_back[0][1])
        return Light(tone=Tone.RED, words=words, endpoint=page, banner=banner, act=_("Look at it"))
    return None


def _facts(work: UnitOfWork) -> _Facts:
    """One query."""
    out = visible(work, select(OutboxRow.company_id).where(OutboxRow.state == OutboxState.STOPPED))
    inward = visible(work, select(InboxRow.company_id).where(InboxRow.state == InboxState.STOPPED))
    alive = select(WorkerProcess.id).where(WorkerProcess.expires_at > database_now()).limit(1)
    alerts = visible(work, select(Alert.company_id).where(Alert.ended_at.is_(None)))
    counts = [
        select(func.count()).select_from(rows.limit(_MOST + 1).subquery()).scalar_subquery()
        for rows in (out, inward, alive, alerts)
    ]
    sent, read, workers, open_alerts = work.session.execute(select(*counts)).one()
    return _Facts(stopped=sent + read, works=workers > 0, alerts=open_alerts)


def _said(found: Sequence[Row[*tuple[object, ...]]], stopped: int) -> tuple[Tone, str]:
    refused = [row.name for row in found if row.state is ConnectionState.NEEDS_CREDENTIALS]
    if not found:
        return Tone.GREY, _("No ERP is connected")
    if refused:
        return Tone.RED, _("%(name)s refuses our credentials", name=refused[0])
    troubled = [row.name for row in found if row.state is ConnectionState.LIVE and row.last_error]
    if troubled:
        return Tone.AMBER, _("Trouble with %(name)s", name=troubled[0])
    if stopped:
        number = str(stopped) if stopped <= _MOST else f"{_MOST}+"
        one, many = "%(number)s record needs a person", "%(number)s records need a person"
        return Tone.AMBER, ngettext(one, many, stopped, number=number)
    if any(row.state is ConnectionState.LIVE for row in found):
        return Tone.GREEN, _("In step")
    return Tone.GREY, _("The sync is not running")
