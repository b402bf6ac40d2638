"""The states of a ticket (design D.2) and which of them let its clock run."""

from __future__ import annotations

from enum import StrEnum

from core.states import StateMachine


class Kind(StrEnum):
    QUESTION = "question"
    INCIDENT = "incident"
    PROBLEM = "problem"
    COMPLAINT = "complaint"
    REQUEST = "request"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Channel(StrEnum):
    """How the ticket came."""

    MAIL = "mail"
    FORM = "form"
    API = "api"
    AGENT = "agent"
    PORTAL = "portal"
    #: Nobody asked: a late shipment or a journey opened it.
    ITSELF = "itself"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


class About(StrEnum):
    """What a ticket may be about."""

    ORDER = "order"
    INVOICE = "invoice"


class TicketState(StrEnum):
    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    MERGED = "merged"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


_S = TicketState
_AWAY = frozenset({_S.MERGED, _S.REJECTED, _S.CANCELLED})

TICKET_FLOW = StateMachine(
    {
        _S.NEW: _AWAY | {_S.OPEN},
        _S.OPEN: _AWAY | {_S.WAITING_CUSTOMER, _S.WAITING_THIRD_PARTY, _S.RESOLVED},
        _S.WAITING_CUSTOMER: _AWAY | {_S.OPEN},
        _S.WAITING_THIRD_PARTY: _AWAY | {_S.OPEN},
        _S.RESOLVED: frozenset({_S.CLOSED, _S.REOPENED, _S.MERGED}),
        _S.REOPENED: _AWAY | {_S.OPEN},
    }
)

#: Our turn: the clock runs. It pauses on ``waiting_customer`` only; a third party is our business.
RUNNING = frozenset({_S.NEW, _S.OPEN, _S.WAITING_THIRD_PARTY, _S.REOPENED})
#: Somebody still has to do something, we or the customer.
UNDONE = RUNNING | {_S.WAITING_CUSTOMER}
FINAL = frozenset({_S.CLOSED, _S.MERGED, _S.REJECTED, _S.CANCELLED})


def way(current: TicketState, target: TicketState) -> list[TicketState]:
    """The steps from one state to the other, over ``open`` where that is the only way.

    Raise IllegalTransition when there is none.
    """
    if current is target:
        return []
    if not TICKET_FLOW.allows(current, target) and target not in FINAL:
        between = TICKET_FLOW.allows(current, _S.OPEN) and TICKET_FLOW.allows(_S.OPEN, target)
        if between:
            return [_S.OPEN, target]
    return [TICKET_FLOW.step(current, target)]
