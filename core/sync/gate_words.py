"""What holds calls to an ERP back, in words: since when, until when, and what to do about it."""

from __future__ import annotations

from datetime import timedelta

from core.clock import utcnow
from core.sync.models import Connection, Gate
from core.web.formats import clock
from core.web.i18n import gettext as _

#: A clock time that is almost now tells less than "soon".
_SOON = timedelta(minutes=1)
#: A longer wait than this is more than an ERP's limit per minute.
_LONG = timedelta(hours=1)


def gate_words(connection: Connection, gate: Gate) -> str:
    """One sentence or two; ``gate`` is one that holds something back."""
    if gate.opened_at is None:
        return _blocked(connection, gate)
    since = _(
        "%(name)s has not answered since %(time)s: nothing is called until it does.",
        name=connection.name,
        time=clock(gate.opened_at),
    )
    if gate.probe_at is None or gate.probe_at - utcnow() < _SOON:
        return since + " " + _("It is asked again within a minute.")
    return since + " " + _("It is asked again at %(time)s.", time=clock(gate.probe_at))


def gate_advice(gate: Gate) -> str:
    """Of one that waits because the ERP asked for it."""
    if gate.blocked_until is not None and gate.blocked_until - utcnow() > _LONG:
        return _(
            "The ERP asked for a long wait. Ask whoever runs it for a higher limit, or give the"
            " connection fewer calls per second."
        )
    return _("Nothing: it goes on by itself, and nothing is lost.")


def _blocked(connection: Connection, gate: Gate) -> str:
    until = gate.blocked_until
    if until is None or until - utcnow() < _SOON:
        return _("%(name)s asks to wait; it goes on within a minute.", name=connection.name)
    return _(
        "%(name)s asks to wait; nothing is called until %(time)s.",
        name=connection.name,
        time=clock(until),
    )
