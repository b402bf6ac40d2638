"""How the states and kinds of tickets look, and times left in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from markupsafe import Markup

from core.clock import utcnow
from core.web import atoms, formats
from core.web.atoms import Chip, Chips
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.i18n import ngettext
from core.web.light import Tone
from modules.service.models import ArticleState
from modules.service.rules.clock import Mark, Target
from modules.service.rules.states import UNDONE, About, Channel, Kind, Priority, TicketState
from modules.service.rules.turns import Assignment

STATES: Chips[TicketState] = {
    TicketState.NEW: Chip(_l("New"), Tone.BLUE),
    TicketState.OPEN: Chip(_l("Open"), Tone.BLUE),
    TicketState.WAITING_CUSTOMER: Chip(_l("Waiting for the customer")),
    TicketState.WAITING_THIRD_PARTY: Chip(_l("Waiting for others"), Tone.AMBER),
    TicketState.RESOLVED: Chip(_l("Resolved"), Tone.GREEN),
    TicketState.REOPENED: Chip(_l("Opened again"), Tone.AMBER),
    TicketState.CLOSED: Chip(_l("Closed"), Tone.GREEN),
    TicketState.MERGED: Chip(_l("Merged")),
    TicketState.REJECTED: Chip(_l("Rejected")),
    TicketState.CANCELLED: Chip(_l("Cancelled")),
}
PRIORITIES: Chips[Priority] = {
    Priority.LOW: Chip(_l("Low")),
    Priority.NORMAL: Chip(_l("Normal")),
    Priority.HIGH: Chip(_l("High"), Tone.AMBER),
    Priority.URGENT: Chip(_l("Urgent"), Tone.RED),
}
KINDS: Chips[Kind] = {
    Kind.QUESTION: Chip(_l("Question")),
    Kind.INCIDENT: Chip(_l("Incident")),
    Kind.PROBLEM: Chip(_l("Problem")),
    Kind.COMPLAINT: Chip(_l("Complaint"), Tone.RED),
    Kind.REQUEST: Chip(_l("Request")),
}
CHANNELS: Chips[Channel] = {
    Channel.MAIL: Chip(_l("Mail")),
    Channel.FORM: Chip(_l("Web form")),
    Channel.API: Chip(_l("API")),
    Channel.AGENT: Chip(_l("Entered here")),
    Channel.PORTAL: Chip(_l("Customer portal")),
    Channel.ITSELF: Chip(_l("Opened by itself")),
}
ARTICLES: Chips[ArticleState] = {
    ArticleState.DRAFT: Chip(_l("Draft")),
    ArticleState.PUBLISHED: Chip(_l("Published"), Tone.GREEN),
    ArticleState.WITHDRAWN: Chip(_l("Withdrawn"), Tone.AMBER),
}
ASSIGNMENTS = {
    Assignment.NONE: _l("Nobody: colleagues take tickets themselves"),
    Assignment.ROUND_ROBIN: _l("One after the other"),
    Assignment.LEAST_LOADED: _l("Who has the fewest open tickets"),
}
ABOUT = {About.ORDER: _l("Order"), About.INVOICE: _l("Invoice")}
TARGETS = {Target.RESPONSE: _l("First answer"), Target.RESOLUTION: _l("Solution")}
#: Nearer than this a due time is shown in amber.
NEAR = timedelta(hours=2)
_MARKS = {Mark.MET: (_l("kept"), Tone.GREEN), Mark.PAUSED: (_l("paused"), Tone.GREY)}


def due_chip(due_at: datetime | None, state: TicketState) -> Markup:
    """When something is due, for a row of a list; nothing where nothing is."""
    if due_at is None or state not in UNDONE:
        return Markup()
    left = due_at - utcnow()
    tone = Tone.RED if left <= timedelta() else Tone.AMBER if left <= NEAR else Tone.GREY
    return atoms.chip(_("due %(when)s", when=formats.ago(due_at)), tone)


def target_chip(target: Target, mark: Mark, due_at: datetime | None, left: timedelta) -> Markup:
    """One target of a ticket: what is left of its business hours, or how it ended."""
    name = _(TARGETS[target])
    if mark in _MARKS:
        words, tone = _MARKS[mark]
        return atoms.chip(f"{name}: {_(words)}", tone)
    if mark is Mark.BREACHED:
        return atoms.chip(_("%(what)s: late by %(time)s", what=name, time=span(-left)), Tone.RED)
    near = due_at is not None and due_at - utcnow() <= NEAR
    words = _("%(what)s: %(time)s left", what=name, time=span(left))
    return atoms.chip(words, Tone.AMBER if near else Tone.BLUE)


def span(time: timedelta) -> str:
    """``3 h 20 min`` of business hours; never negative."""
    minutes = max(0, int(time.total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return ngettext("%(n)s minute", "%(n)s minutes", rest)
    return _("%(h)s h %(m)s min", h=hours, m=rest)


def size(size_bytes: int) -> str:
    if size_bytes < 1024:
        return _("%(n)s bytes", n=size_bytes)
    if size_bytes < 1024 * 1024:
        return _("%(n)s KB", n=size_bytes // 1024)
    return _("%(n)s MB", n=size_bytes // (1024 * 1024))
