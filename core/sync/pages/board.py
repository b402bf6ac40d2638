"""The sync page: a card per connection, and the lists behind its numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log10
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core import dispatch
from core.jobs import queue
from core.requests import host, reading, writing
from core.security.guard import requires
from core.stuck import stopped_jobs, subscribers
from core.sync.attention import Reason, Stage, Way, reasons, stage_counts
from core.sync.board import Card, Feed, cards
from core.sync.mending import try_again, try_all_again
from core.sync.merge.lists import number_open
from core.sync.models import ConnectionState
from core.sync.pages import rows
from core.sync.pages.causes import mending
from core.sync.pages.words import CONNECTION_CHIPS, kind_words, span_words
from core.sync.plans.lists import number_ready
from core.web.i18n import gettext as _
from core.web.i18n import ngettext
from core.web.light import Tone
from core.web.lists import ListPage

blueprint = Blueprint("sync_pages", __name__, url_prefix="/sync")

#: Stopped jobs and subscribers belong to no company.
_MACHINERY = "core.jobs"
#: What is read every three seconds is fresh below the first, and late from the second on.
_FRESH_S, _LATE_S = 30, 300
#: Where a bar is full: a day behind.
_LONGEST_S = 24 * 3600
#: What needs somebody stands first; a draft can wait.
_ORDER = (Tone.RED, Tone.AMBER, Tone.GREEN, Tone.GREY)
_REASON_FIELDS = ("way", "kind", "connection_id", "error", "field", "reason")
#: Stopped jobs shown above the records; for more there is ``tandem job list``.
_MOST_JOBS = 20


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    endpoint: str
    #: None: a tab without a number.
    count: int | None = None
    tone: Tone = Tone.GREY


@dataclass(frozen=True, slots=True)
class Bar:
    """How old what we know of a kind is: a length of 100, a colour, and words."""

    title: str
    kind: str
    length: int
    tone: Tone
    words: str


def tabs() -> list[Tab]:
    with reading() as work:
        counts = stage_counts(work)
        asked, ready = work.session.execute(select(number_open(work), number_ready(work))).one()
    total = {stage: sum(n for (_key, its), n in counts.items() if its is stage) for stage in Stage}
    stopped = total[Stage.STOPPED]
    return [
        Tab(_("Connections"), "sync_pages.index"),
        Tab(_("Waiting"), "sync_pages.waiting", total[Stage.WAITING]),
        Tab(_("Running"), "sync_pages.running", total[Stage.RUNNING]),
        Tab(_("Stopped"), "sync_pages.stopped", stopped, Tone.RED if stopped else Tone.GREY),
        Tab(_("Conflicts"), "sync_pages.conflicts", asked, Tone.RED if asked else Tone.GREY),
        Tab(_("Plans"), "sync_pages.plans", ready, Tone.RED if ready else Tone.GREY),
        Tab(_("Feeds"), "sync_pages.feeds"),
        Tab(_("Statements"), "sync_pages.statements"),
    ]


def bar(feed: Feed) -> Bar:
    title, lag_s = kind_words(feed.kind), feed.lag_s
    if feed.error:
        return Bar(title, feed.kind, _length(lag_s), Tone.RED, _("can not be read"))
    if lag_s is None:
        return Bar(title, feed.kind, 100, Tone.BLUE, _("first reading"))
    tone = Tone.GREEN if lag_s < _FRESH_S else Tone.AMBER if lag_s < _LATE_S else Tone.RED
    return Bar(title, feed.kind, _length(lag_s), tone, span_words(lag_s))


def _length(lag_s: float | None) -> int:
    """On a logarithmic scale: seconds and hours have to be told apart on one small bar."""
    if lag_s is None:
        return 100
    share = log10(1 + lag_s) / log10(1 + _LONGEST_S)
    return max(4, min(100, round(100 * share)))


def tone_of(card: Card) -> Tone:
    """The colour of a card: red where nothing moves until a person acts."""
    found, health = card.connection, card.health
    if found is None or found.state is ConnectionState.NEEDS_CREDENTIALS:
        return Tone.RED
    if health.good:
        return Tone.GREEN
    return Tone.GREY if found.state is ConnectionState.DRAFT else Tone.AMBER


@blueprint.context_processor
def _taught() -> dict[str, object]:
    return {
        "sync_tabs": tabs,
        "bar": bar,
        "tone_of": tone_of,
        "connection_chips": CONNECTION_CHIPS,
        "kind_words": kind_words,
        "connector_title": connector_title,
        "reason_filters": reason_filters,
    }


def connector_title(key: str) -> str:
    """The key itself where its package is gone."""
    found = host().registry.connectors.installed.get(key)
    return _(found.item.manifest.title) if found else key


@blueprint.get("/")
@requires("core.sync")
def index() -> ResponseReturnValue:
    return _board("sync/index.html")


@blueprint.get("/part")
@requires("core.sync")
def part() -> ResponseReturnValue:
    """The cards alone, for the page that renews itself."""
    return _board("sync/cards.html")


@blueprint.get("/tabs/<name>")
@requires("core.sync")
def tab_row(name: str) -> ResponseReturnValue:
    return render_template("sync/tabs.html", at=f"sync_pages.{name}")


def _board(template: str) -> str:
    with reading() as work:
        found = cards(work)
    found.sort(key=lambda card: _ORDER.index(tone_of(card)))
    return render_template(template, cards=found, at="sync_pages.index", crumbs=[(_("Sync"), "")])


@blueprint.get("/waiting")
@requires("core.sync")
def waiting() -> ResponseReturnValue:
    return _listed(rows.WAITING)


@blueprint.get("/running")
@requires("core.sync")
def running() -> ResponseReturnValue:
    return _listed(rows.RUNNING)


@blueprint.get("/stopped")
@requires("core.sync")
def stopped() -> ResponseReturnValue:
    with reading() as work:
        g.reasons = [(one, mending(one, reason_filters(one))) for one in reasons(work)]
        if work.actor.may(_MACHINERY):
            g.jobs = stopped_jobs(work, _MOST_JOBS)
            g.subscribers = subscribers(work, stopped=True)
    return _listed(rows.STOPPED)


@blueprint.get("/feeds")
@requires("core.sync")
def feeds() -> ResponseReturnValue:
    return _listed(rows.FEEDS)


def _listed(page: ListPage) -> ResponseReturnValue:
    """The page's own poll comes without the target an htmx request names: it wants the rows."""
    polled = "HX-Request" in request.headers and "HX-Target" not in request.headers
    return (replace(page, template="sync/rows.html") if polled else page).answer()


@blueprint.post("/<any(out, in):way>/<uuid:key>/retry")
@requires("core.sync_act")
def retry(way: str, key: UUID) -> ResponseReturnValue:
    with writing() as work:
        try_again(work, Way(way), key)
    flash(_("It is being tried again."), "done")
    return redirect(url_for(".stopped"), 303)


@blueprint.post("/stopped/retry")
@requires("core.sync_act")
def retry_all() -> ResponseReturnValue:
    """All that are stopped for one reason; the form's fields are filters of the list."""
    # A browser sends every line's end as CR LF, and the ERP's words may have several lines.
    sent = {name: request.form.get(name, "").replace("\r\n", "\n") for name in _REASON_FIELDS}
    wanted = {name: value for name, value in sent.items() if value}
    with writing() as work:
        tried = try_all_again(work, wanted)
    words = ngettext("%(n)s record is tried again.", "%(n)s records are tried again.", tried)
    flash(words, "done")
    return redirect(url_for(".stopped"), 303)


@blueprint.post("/jobs/<uuid:key>/retry")
@requires(_MACHINERY)
def retry_job(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        queue.retry(work, key)
    flash(_("The job is tried again."), "done")
    return redirect(url_for(".stopped"), 303)


@blueprint.post("/subscribers/<name>/<any(resume, skip):what>")
@requires(_MACHINERY)
def set_going(name: str, what: str) -> ResponseReturnValue:
    """A stopped subscriber tries the event it stopped at again, or goes on behind it."""
    with writing() as work:
        (dispatch.resume if what == "resume" else dispatch.skip)(work, name)
    words = _("It tries again.") if what == "resume" else _("It goes on behind that event.")
    flash(words, "done")
    return redirect(url_for(".stopped"), 303)


def reason_filters(reason: Reason) -> dict[str, str]:
    found = {
        "way": str(reason.way),
        "kind": reason.kind,
        "connection_id": str(reason.connection_id or ""),
        "error": reason.error or "",
        "field": reason.field or "",
        "reason": reason.words if reason.told_by_words else "",
    }
    return {name: value for name, value in found.items() if value}
