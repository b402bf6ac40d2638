"""What mail systems say about our mails, at once or days later, and what follows for an address."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from core.clock import utcnow
from core.mail.errors import Refusal
from core.work import UnitOfWork
from modules.marketing.models import Response, Send
from modules.marketing.rules.bounces import Failure, Report, failure, reports
from modules.marketing.rules.states import ResponseKind, SendState, SuppressionReason
from modules.marketing.services.permitted import policy_of
from modules.marketing.services.sending import settle
from modules.marketing.services.suppressions import suppress

#: A report without the mail is about the latest one to that address, if it is this young.
_REMEMBERED = timedelta(days=14)
_IN_DOUBT_TOO = (SendState.SENT, SendState.IN_DOUBT)


def refused(work: UnitOfWork, send_id: UUID, refusal: Refusal) -> None:
    """The server said no to the address while we had the mail in hand."""
    what = failure(refusal.code, refusal.status)
    if what is Failure.BLOCK:
        settle(work, send_id, SendState.REFUSED, str(refusal))
        return
    settle(work, send_id, SendState.BOUNCED, str(refusal))
    _follow(work, work.session.get_one(Send, send_id), what, str(refusal))


def take_reports(work: UnitOfWork, raw: bytes) -> int:
    """A mail that came back; how many of our sends it was about."""
    return sum(_take(work, report) for report in reports(raw))


def take_report(work: UnitOfWork, report: Report) -> bool:
    return _take(work, report)


def _take(work: UnitOfWork, report: Report) -> bool:
    send = _send(work, report)
    if send is None or send.state not in _IN_DOUBT_TOO:
        return False  # not ours, or reported before
    if report.failure is None:
        _complained(work, send, report.words)
        return True
    if report.failure is Failure.BLOCK:
        send.words = report.words
        _respond(work, send, ResponseKind.BOUNCE, f"blocked: {report.words}")
        return True
    send.state, send.bounced_at = SendState.BOUNCED, utcnow()
    send.words = report.words
    work.session.flush()
    _follow(work, send, report.failure, report.words)
    return True


def _send(work: UnitOfWork, report: Report) -> Send | None:
    if report.send_id is not None:
        return work.session.get(Send, report.send_id, with_for_update=True)
    latest = (
        select(Send)
        .where(Send.address == report.recipient, Send.sent_at > utcnow() - _REMEMBERED)
        .order_by(Send.sent_at.desc())
        .limit(1)
    )
    return work.session.scalar(latest.with_for_update())


def _complained(work: UnitOfWork, send: Send, words: str) -> None:
    send.state = SendState.COMPLAINED
    _respond(work, send, ResponseKind.COMPLAINT, words)
    suppress(
        work, send.address, SuppressionReason.COMPLAINT, note=words, company_id=send.company_id
    )


def _follow(work: UnitOfWork, send: Send, what: Failure, words: str) -> None:
    """A hard bounce ends an address at once, soft ones when there were several in a row."""
    _respond(work, send, ResponseKind.BOUNCE, f"{what}: {words}")
    reason = SuppressionReason.HARD_BOUNCE if what is Failure.HARD else None
    if reason is None and _soft_in_a_row(work, send):
        reason = SuppressionReason.SOFT_BOUNCES
    if reason is not None:
        suppress(work, send.address, reason, note=words, company_id=send.company_id)


def _soft_in_a_row(work: UnitOfWork, send: Send) -> bool:
    limit = policy_of(work, send.company_id).soft_bounces
    if not limit:
        return False
    latest = (
        select(Send.state)
        .where(
            Send.company_id == send.company_id,
            Send.address == send.address,
            Send.state.in_((SendState.SENT, SendState.BOUNCED)),
        )
        .order_by(Send.id.desc())
        .limit(limit)
    )
    states = work.session.scalars(latest).all()
    return len(states) == limit and set(states) == {SendState.BOUNCED}


def _respond(work: UnitOfWork, send: Send, kind: ResponseKind, words: str) -> None:
    work.session.add(Response(send_id=send.id, kind=kind, words=words[:500]))


def send_again(work: UnitOfWork, send: Send) -> None:
    """A person decided that a mail in doubt did not arrive."""
    one = update(Send).where(Send.id == send.id, Send.state == SendState.IN_DOUBT)
    work.session.execute(one.values(state=SendState.QUEUED, due_at=utcnow(), words=""))
