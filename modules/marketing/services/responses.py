"""What readers do with a mail: open it, follow a link, unsubscribe. Programs do none of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.errors import NotFound
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.marketing.models import Campaign, Consent, Link, Message, Response, Send, Touch
from modules.marketing.rules.letters import with_utm
from modules.marketing.rules.machines import AT_ONCE_S, Visit, machine
from modules.marketing.rules.states import (
    ConsentSource,
    ConsentState,
    ResponseKind,
    SuppressionReason,
    TouchKind,
)
from modules.marketing.services.consents import Said, say
from modules.marketing.services.suppressions import suppress


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who asks, as far as a request says."""

    method: str
    user_agent: str
    purpose: str
    address: str

    @property
    def proof(self) -> dict[str, str]:
        return {"address": self.address, "user_agent": self.user_agent[:200]}


def opened(work: UnitOfWork, send_id: UUID, reader: Reader) -> None:
    """A picture was loaded. Only a first time is kept: mail programs load it again and again."""
    send = work.session.get(Send, send_id, with_for_update=True)
    if send is None or send.opened_at is not None:
        return
    why = _machine(send, reader)
    _keep(work, send, ResponseKind.OPEN, why)
    if not why:
        send.opened_at = utcnow()


def clicked(work: UnitOfWork, send_id: UUID, number: int, reader: Reader) -> str:
    """Where the link leads, for programs too. Raise NotFound for a link that is none."""
    send = sent(work, send_id)
    own = select(Link).where(Link.message_id == send.message_id, Link.number == number)
    if (link := work.session.scalar(own)) is None:
        raise NotFound(_("This link is not known here."))
    why = _machine(send, reader) or _all_at_once(work, send, number)
    _keep(work, send, ResponseKind.CLICK, why, link=number)
    if not why:
        _touch(work, send)
    return _address(work, send, link)


def unsubscribe(
    work: UnitOfWork,
    send_id: UUID,
    source: ConsentSource,
    reader: Reader,
    *,
    everything: bool = False,
) -> Send:
    """No more of this purpose, or of anything. Asked twice it is done once. Raise NotFound."""
    send = sent(work, send_id)
    if send.unsubscribed_at is None:
        send.unsubscribed_at = utcnow()
        _keep(work, send, ResponseKind.UNSUBSCRIBE, "")
    for purpose_id in _purposes(work, send, everything=everything):
        _withdraw(work, send, purpose_id, source, reader)
    if everything:
        suppress(work, send.address, SuppressionReason.UNSUBSCRIBED, company_id=send.company_id)
    return send


def sent(work: UnitOfWork, send_id: UUID) -> Send:
    send = work.session.get(Send, send_id, with_for_update=True)
    if send is None:
        raise NotFound(_("This link is not known here."))
    return send


def _withdraw(
    work: UnitOfWork, send: Send, purpose_id: UUID, source: ConsentSource, reader: Reader
) -> None:
    now = work.session.scalar(
        select(Consent.state).where(
            Consent.party_id == send.party_id, Consent.purpose_id == purpose_id
        )
    )
    if now is ConsentState.WITHDRAWN:
        return
    said = Said(
        party_id=send.party_id,
        purpose_id=purpose_id,
        state=ConsentState.WITHDRAWN,
        source=source,
        address=send.address,
        proof={"send": str(send.id), **reader.proof},
    )
    say(work, said)


def _purposes(work: UnitOfWork, send: Send, *, everything: bool) -> list[UUID]:
    if not everything:
        return [send.purpose_id]
    own = select(Consent.purpose_id).where(Consent.party_id == send.party_id).distinct()
    return list(work.session.scalars(own))


def _machine(send: Send, reader: Reader) -> str:
    after_s = None if send.sent_at is None else (utcnow() - send.sent_at).total_seconds()
    visit = Visit(
        method=reader.method,
        user_agent=reader.user_agent,
        purpose=reader.purpose,
        after_s=after_s,
    )
    return machine(visit)


def _all_at_once(work: UnitOfWork, send: Send, number: int) -> str:
    """Another link of the same mail was followed a moment ago: nobody reads that fast."""
    since = utcnow() - timedelta(seconds=AT_ONCE_S)
    other = select(Response.id).where(
        Response.send_id == send.id,
        Response.kind == ResponseKind.CLICK,
        Response.link != number,
        Response.at > since,
    )
    return "all_at_once" if work.session.scalar(other.limit(1)) is not None else ""


def _touch(work: UnitOfWork, send: Send) -> None:
    now = utcnow()
    # Whoever follows a link has read the mail, with pictures or without.
    send.opened_at, send.clicked_at = send.opened_at or now, send.clicked_at or now
    if send.campaign_id is not None:
        touch = Touch(
            company_id=send.company_id,
            party_id=send.party_id,
            campaign_id=send.campaign_id,
            kind=TouchKind.CLICK,
            at=now,
        )
        work.session.add(touch)


def _keep(
    work: UnitOfWork, send: Send, kind: ResponseKind, why: str, *, link: int | None = None
) -> None:
    work.session.add(Response(send_id=send.id, kind=kind, machine=why, link=link))
    work.session.flush()


def _address(work: UnitOfWork, send: Send, link: Link) -> str:
    if send.campaign_id is None:
        return link.url
    slug, label = work.session.execute(
        select(Campaign.slug, Message.label)
        .join(Message, Message.campaign_id == Campaign.id)
        .where(Message.id == send.message_id)
    ).one()
    return with_utm(link.url, slug, label)
