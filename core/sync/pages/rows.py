"""The lists of the sync page: what waits, what runs, what is stopped, and the ERP's feeds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g, url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement, Row, select

from core.actor import Actor
from core.api.listing import Listing
from core.clock import utcnow
from core.companies import fetch
from core.sync import attention
from core.sync.attention import Way
from core.sync.connections import connections
from core.sync.models import Connection, Cursor, CursorMode, InboxState, OutboxState
from core.sync.pages.words import kind_words, record_address
from core.web import columns
from core.web.atoms import Chip, link, moment
from core.web.columns import Column
from core.web.facets import Facet, labels
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.web.light import Tone
from core.web.lists import Empty, ListPage
from core.work import UnitOfWork

_TEMPLATE = "sync/list.html"
_WAY_CHIPS = {Way.OUT: Chip(lazy("To the ERP"), Tone.BLUE), Way.IN: Chip(lazy("From the ERP"))}
_ITEM = Row[*tuple[Any, ...]]
_BUTTON = Markup(
    '<button class="btn btn-sm" form="retry" id="retry-{}" formaction="{}">{}'
    '<span class="visually-hidden">: {}</span></button>'
)
_LINK = Markup(
    ' <a class="btn btn-sm" id="close-{}" href="{}">{}<span class="visually-hidden">: {}</span></a>'
)
_REASON = Markup('<span class="reason">{}</span>')
_FIELD = Markup('<span class="reason"><b>{}</b>: {}</span>')


def _record(row: _ITEM) -> Markup | str:
    name = row.name or _("(no number)")
    address = record_address(g.enabled, row.kind, row.local_id)
    return link(name, address) if address else name


def _kind(row: _ITEM) -> str:
    return kind_words(row.kind)


def _connection(row: _ITEM) -> Markup | str:
    if row.connection_id is None:
        return _("none yet")
    return link(row.connection, url_for("connections_pages.connection", key=row.connection_id))


def _reason(row: _ITEM) -> Markup:
    if row.field:
        return _FIELD.format(row.field.replace("_", " "), row.reason)
    return _REASON.format(row.reason or _quiet_reason(row))


def _quiet_reason(row: _ITEM) -> str:
    """A row that nothing hinders has no message of its own."""
    return {
        OutboxState.CLAIMED: _("Being sent"),
        OutboxState.QUEUED: _("Next in line"),
        InboxState.PENDING: _("Taken over with the next reading"),
    }.get(row.state, "")


def _next_try(row: _ITEM) -> Markup | str:
    """What waits for a record it refers to goes when that arrives, whatever the clock says."""
    if row.way == Way.OUT and row.state == OutboxState.WAITING:
        return _("when it can")
    return moment(row.due_at) if row.due_at > utcnow() else _("now")


def _may_act() -> bool:
    actor: Actor = g.actor
    return actor.may("core.sync_act")


def _button(row: _ITEM) -> Markup:
    address = url_for("sync_pages.retry", way=row.way, key=row.id)
    return _BUTTON.format(row.id, address, _("Retry"), row.name or _kind(row))


def _act(row: _ITEM) -> Markup | str:
    """What came in may also be closed: nobody can mend what its ERP deleted."""
    if not _may_act():
        return ""
    if row.way != Way.IN:
        return _button(row)
    address = url_for("sync_pages.close_record", key=row.id)
    return _button(row) + _LINK.format(row.id, address, _("Close"), row.name or _kind(row))


def _retry_inbound(row: _ITEM) -> Markup | str:
    return _button(row) if row.way == Way.IN and _may_act() else ""


def _button_column(cell: columns.Cell) -> Column:
    return Column(name="retry", title=lazy("Act"), cell=cell, plain=lambda _row: [""], at_end=True)


_RECORD = columns.made("name", lazy("Record"), _record)
_KIND = columns.made("kind", lazy("Kind"), _kind)
_WAY = columns.state("way", lazy("Direction"), _WAY_CHIPS)
_CONNECTION = columns.made("connection", lazy("Connection"), _connection)
_REASONS = columns.made("reason", lazy("Reason"), _reason)
_SINCE = columns.moment("since", lazy("Since"))
_TRIES = columns.number("attempts", lazy("Tries"))


def _kinds(work: UnitOfWork) -> dict[str, str]:
    known = [*work.enabled.inbound, *work.enabled.outbound.values()]
    return {one.kind: kind_words(one.kind) for one in known}


def _names(work: UnitOfWork) -> dict[str, str]:
    return {str(one.id): one.name for one in connections(work)}


def _connection_name(work: UnitOfWork, key: str) -> str:
    return fetch(work, Connection, UUID(key)).name


BY_CONNECTION = Facet("connection_id", lazy("Connection"), choices=_names, named=_connection_name)
BY_KIND = Facet("kind", lazy("Kind"), choices=_kinds)
_BY_WAY = Facet("way", lazy("Direction"), choices=labels(_WAY_CHIPS))
_BY_REASON = Facet("reason", lazy("Reason"))
_BY_CAUSE = Facet("error", lazy("Cause"))

WAITING = ListPage(
    title=lazy("Waiting"),
    listing=attention.WAITING,
    columns=(
        _RECORD,
        _KIND,
        _WAY,
        _CONNECTION,
        _REASONS,
        _TRIES,
        columns.made("due_at", lazy("Next try"), _next_try),
        _SINCE,
        _button_column(_retry_inbound),
    ),
    facets=(BY_CONNECTION, BY_KIND, _BY_WAY),
    empty=Empty(lazy("Nothing waits: what was to be sent or taken over has arrived.")),
    template=_TEMPLATE,
)
RUNNING = ListPage(
    title=lazy("Running"),
    listing=attention.RUNNING,
    columns=(_RECORD, _KIND, _CONNECTION, _REASONS, _TRIES, _SINCE),
    facets=(BY_CONNECTION, BY_KIND),
    empty=Empty(lazy("Records appear here for the moment in which they are being sent.")),
    template=_TEMPLATE,
)
STOPPED = ListPage(
    title=lazy("Stopped"),
    listing=attention.STOPPED,
    columns=(_RECORD, _KIND, _WAY, _CONNECTION, _REASONS, _SINCE, _button_column(_act)),
    facets=(BY_CONNECTION, BY_KIND, _BY_WAY, _BY_CAUSE, _BY_REASON),
    empty=Empty(lazy("No record needs a person. What an ERP refuses comes here, with its words.")),
    template=_TEMPLATE,
)


def _feed_name(row: _ITEM) -> str:
    kind = kind_words(row.kind)
    if row.mode == CursorMode.SWEEP:
        return _("%(kind)s: compared with the ERP", kind=kind)
    name = f"{kind}: {row.stream.replace('_', ' ')}"
    return _("%(feed)s, read once more", feed=name) if row.mode == CursorMode.BACKFILL else name


def _feed_state(row: _ITEM) -> Markup | str:
    if row.error:
        return Markup('<span class="reason danger">{}</span>').format(row.error)
    return _("Read to its end") if row.polled_at else _("First reading is under way")


def _failed(text: str) -> ColumnElement[bool]:
    return Cursor.error != "" if text == "true" else Cursor.error == ""


FEEDS = ListPage(
    title=lazy("Feeds"),
    listing=Listing(
        name="sync-feeds",
        statement=select(
            Cursor.id,
            Cursor.kind,
            Cursor.stream,
            Cursor.mode,
            Cursor.polled_at,
            Cursor.stamp,
            Cursor.written,
            Cursor.unchanged,
            Cursor.error,
            Cursor.connection_id,
            Connection.name.label("connection"),
        ).join(Connection, Connection.id == Cursor.connection_id),
        sorts={"kind": Cursor.kind, "polled_at": Cursor.polled_at, "written": Cursor.written},
        default="kind",
        filters={
            "connection_id": Cursor.connection_id,
            "kind": Cursor.kind,
            "failed": _failed,
        },
    ),
    columns=(
        columns.made("stream", lazy("Feed"), _feed_name),
        _CONNECTION,
        columns.made("error", lazy("State"), _feed_state),
        columns.moment("polled_at", lazy("Last read to its end")),
        columns.moment("stamp", lazy("Newest change seen")),
        columns.number("written", lazy("Written")),
        columns.number("unchanged", lazy("Unchanged")),
    ),
    facets=(BY_CONNECTION, BY_KIND, Facet("failed", lazy("Failed"), {"true": lazy("Yes")})),
    empty=Empty(lazy("What is read from an ERP appears here once a connection works.")),
    template=_TEMPLATE,
)
