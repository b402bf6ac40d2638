"""What readers choose themselves: the page behind a link, and the confirmation by mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.errors import NotFound
from core.ids import new_id
from core.jobs.queue import enqueue
from core.mail import Mail, post
from core.mail.message import check_address
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.marketing.models import Consent, ConsentEntry, Purpose, Send
from modules.marketing.rules.states import Channel, ConsentSource, ConsentState
from modules.marketing.rules.tokens import Use
from modules.marketing.services.consents import Said, mail_address, purposes, say
from modules.marketing.services.letters import Place, sender
from modules.marketing.services.permitted import policy_of
from modules.marketing.services.suppressions import lift_own

ASK = "marketing.ask"


@dataclass(frozen=True, slots=True)
class Offer:
    """One purpose on the page, and whether it is chosen now."""

    purpose: Purpose
    chosen: bool


def offers(work: UnitOfWork, send: Send) -> Sequence[Offer]:
    given = set(
        work.session.scalars(
            select(Consent.purpose_id).where(
                Consent.party_id == send.party_id,
                Consent.channel == Channel.EMAIL,
                Consent.state == ConsentState.GIVEN,
            )
        )
    )
    return [Offer(one, one.id in given) for one in purposes(work, send.company_id)]


def choose(
    work: UnitOfWork, send: Send, chosen: Collection[UUID], proof: Mapping[str, Any]
) -> None:
    """Exactly these from now on. The link came by mail, so the address is confirmed by it."""
    for offer in offers(work, send):
        wanted = offer.purpose.id in chosen
        if wanted is offer.chosen:
            continue
        said = Said(
            party_id=send.party_id,
            purpose_id=offer.purpose.id,
            state=ConsentState.GIVEN if wanted else ConsentState.WITHDRAWN,
            source=ConsentSource.PREFERENCES,
            address=send.address,
            proof={"send": str(send.id), **proof},
        )
        say(work, said)
    if chosen:
        lift_own(work, send.address, send.company_id)


def agree(work: UnitOfWork, said: Said) -> ConsentEntry:
    """Somebody agreed by a form or a program: given, or to be confirmed by mail first.

    Raise Invalid when there is no address to ask.
    """
    purpose = work.session.get(Purpose, said.purpose_id)
    if purpose is None:
        raise NotFound(_("There is no such purpose."))
    if not purpose.double_opt_in or said.channel is not Channel.EMAIL:
        return say(work, said)
    address = said.address or mail_address(work, said.party_id)
    check_address(address)
    entry = say(work, replace(said, state=ConsentState.REQUESTED, address=address))
    enqueue(work, ASK, {"entry": str(entry.id)})
    return entry


def agreed_by_form(work: UnitOfWork, party_id: UUID, text: str, *, company_id: UUID) -> None:
    """A form showed somebody ``text`` and they ticked it: it counts for what is worded so."""
    own = select(Purpose).where(Purpose.company_id == company_id, Purpose.active)
    for purpose in work.session.scalars(own.where(Purpose.wording == text)):
        said = Said(
            party_id=party_id,
            purpose_id=purpose.id,
            state=ConsentState.GIVEN,
            source=ConsentSource.FORM,
        )
        if mail_address(work, party_id):
            agree(work, said)


def ask(work: UnitOfWork, entry_id: UUID, where: Place) -> None:
    """Post the mail that asks to confirm; once, however often it is called."""
    entry = asked_for(work, entry_id)
    purpose = work.session.get_one(Purpose, entry.purpose_id)
    mail = _question(work, entry, purpose, where)
    post(work, mail, key=f"marketing.confirm:{entry.id}", company_id=purpose.company_id)


def confirm(work: UnitOfWork, entry_id: UUID, proof: Mapping[str, Any]) -> ConsentEntry:
    """The link of the mail was followed and the button pressed. Once; raise NotFound."""
    asked = asked_for(work, entry_id)
    now = work.session.scalar(
        select(Consent.state).where(
            Consent.party_id == asked.party_id,
            Consent.purpose_id == asked.purpose_id,
            Consent.channel == asked.channel,
        )
    )
    if now is not ConsentState.REQUESTED:
        return asked  # confirmed before, or withdrawn since: an old mail gives nothing back
    said = Said(
        party_id=asked.party_id,
        purpose_id=asked.purpose_id,
        state=ConsentState.GIVEN,
        source=ConsentSource.CONFIRMATION,
        basis=asked.basis,
        address=asked.address,
        proof={"asked": str(asked.id), **proof},
    )
    given = say(work, said)
    lift_own(work, asked.address, asked.company_id)
    return given


def asked_for(work: UnitOfWork, entry_id: UUID) -> ConsentEntry:
    found = work.session.get(ConsentEntry, entry_id)
    if found is None or found.state is not ConsentState.REQUESTED:
        raise NotFound(_("This link is not known here."))
    return found


def _question(work: UnitOfWork, entry: ConsentEntry, purpose: Purpose, where: Place) -> Mail:
    link = where.link("d", Use.CONFIRM, entry.id)
    lines = (
        _("Somebody asked us to send “%(title)s” to this address.", title=purpose.title),
        f"“{purpose.wording}”",
        _("If that was you, confirm it here:"),
        link,
        _("If it was not you, there is nothing to do: we will not write again."),
    )
    return Mail(
        id=new_id(),
        sender=sender(policy_of(work, purpose.company_id), where),
        recipients=(entry.address,),
        subject=_("Please confirm: %(title)s", title=purpose.title),
        text="\n\n".join(lines),
        headers={"Auto-Submitted": "auto-generated"},
    )
