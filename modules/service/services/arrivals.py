"""Mails that came in: each becomes part of one ticket, once, or is put aside with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.db.upsert import insert_into
from core.ids import new_id
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.service.models import Mailbox, Message, TakenMail, Ticket
from modules.service.rules.letters import Nature, cut_quotes, nature, plain_subject, ticket_number
from modules.service.rules.mime import Letter
from modules.service.rules.states import Channel, Direction, TicketState
from modules.service.services.people import name_of_party, party_of, takes_part
from modules.service.services.threads import (
    Entry,
    add_entry,
    answer_by_itself,
    may_acknowledge,
    receive,
    takes_answers,
)
from modules.service.services.tickets import NewTicket, Step, find_again, move, open_ticket

_AGAIN = _l("Taken before")
_OURS = _l("One of our own mails came back")
_ANSWER_TO_NOTHING = _l("An automatic answer that belongs to no ticket")
_BOUNCED = _l("A mail could not be delivered, and belongs to no ticket")
_TAKEN = _l("Taken")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the mail lies (RFC 3501): no two mails of a mailbox are in the same place."""

    uid_validity: int
    uid: int


def take_mail(work: UnitOfWork, mailbox: Mailbox, place: Place, letter: Letter) -> TakenMail | None:
    """Make the mail part of its ticket; None when it was taken before.

    The mailbox is locked. That it was seen is written in the same transaction as what it became,
    so that a crash leaves neither or both.
    """
    mailbox.uid_validity, mailbox.last_uid = place.uid_validity, max(mailbox.last_uid, place.uid)
    taken = _put_down(work, mailbox, place, letter)
    if taken is None:
        return None
    ticket, outcome = _sorted(work, mailbox, letter)
    taken.ticket_id, taken.outcome = ticket.id if ticket else None, outcome
    work.session.flush()
    return taken


def _put_down(work: UnitOfWork, mailbox: Mailbox, place: Place, letter: Letter) -> TakenMail | None:
    key = new_id()
    statement = insert_into(TakenMail, work.session).values(
        id=key,
        company_id=mailbox.company_id,
        mailbox_id=mailbox.id,
        uid_validity=place.uid_validity,
        uid=place.uid,
        message_id=letter.message_id[:500],
        sender=letter.sender,
        subject=letter.subject[:500],
        outcome=_TAKEN,
        taken_at=utcnow(),
    )
    unseen = statement.on_conflict_do_nothing(index_elements=["company_id", "message_id"])
    if work.session.scalar(unseen.returning(TakenMail.id)) is None:
        return None
    return work.session.get_one(TakenMail, key)


def _sorted(work: UnitOfWork, mailbox: Mailbox, letter: Letter) -> tuple[Ticket | None, str]:
    own = select(Mailbox.address).where(Mailbox.company_id == mailbox.company_id)
    kind = nature(letter.signs, {one.casefold() for one in work.session.scalars(own)})
    if kind is Nature.OURS:
        return None, _OURS
    if kind is Nature.BOUNCE:
        return _note_bounce(work, mailbox, letter)
    ticket = _thread(work, mailbox.company_id, letter)
    if kind is Nature.AUTO_REPLY:
        if ticket is None:
            return None, _ANSWER_TO_NOTHING
        add_entry(work, ticket, _entry(letter, automatic=True))
        return ticket, _TAKEN
    if ticket is not None and takes_answers(ticket, utcnow()):
        receive(work, ticket, _entry(letter))
        return ticket, _TAKEN
    return _open(work, mailbox, letter, is_person=kind is Nature.PERSON, former=ticket), _TAKEN


def _thread(work: UnitOfWork, company_id: UUID, letter: Letter) -> Ticket | None:
    """The ticket the mail belongs to, locked: what its headers answer, else its number.

    Anybody can write a number into a subject: it counts only from somebody who takes part. An id
    of a mail nobody else has seen is proof enough.
    """
    ticket = _answered(work, company_id, letter.answers)
    if ticket is None and (number := ticket_number(letter.subject)) is not None:
        numbered = Ticket.company_id == company_id, Ticket.number == number
        found = work.session.scalar(select(Ticket).where(*numbered))
        ticket = found if found and takes_part(work, found, letter.sender) else None
    return _locked_main(work, ticket)


def _answered(work: UnitOfWork, company_id: UUID, ids: list[str]) -> Ticket | None:
    if not ids:
        return None
    statement = (
        select(Message.message_id, Ticket)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Ticket.company_id == company_id, Message.message_id.in_(ids))
    )
    found = {row[0]: row[1] for row in work.session.execute(statement)}
    return next((found[one] for one in ids if one in found), None)


def _locked_main(work: UnitOfWork, ticket: Ticket | None) -> Ticket | None:
    """Of a merged ticket the one it became part of, however often that happened."""
    seen: set[UUID] = set()
    while ticket is not None and ticket.merged_into_id is not None and ticket.id not in seen:
        seen.add(ticket.id)
        ticket = work.session.get(Ticket, ticket.merged_into_id)
    if ticket is not None:
        work.session.refresh(ticket, with_for_update=True)
    return ticket


def _open(
    work: UnitOfWork, mailbox: Mailbox, letter: Letter, *, is_person: bool, former: Ticket | None
) -> Ticket:
    party_id = party_of(work, mailbox.company_id, letter.sender)
    new = NewTicket(
        subject=plain_subject(letter.subject) or _("(no subject)"),
        queue_id=mailbox.queue_id,
        channel=Channel.MAIL,
        party_id=party_id,
        email=letter.sender,
        contact=letter.sender_name or name_of_party(work, party_id),
        mailbox_id=mailbox.id,
    )
    ticket, _is_new = open_ticket(work, mailbox.company_id, new)
    add_entry(work, ticket, _entry(letter))
    find_again(work, ticket)
    if former is not None:
        text = _("Follows ticket %(number)s, which has ended.", number=former.number)
        note = Entry(direction=Direction.NOTE, text=text, author=_("Tandem"), automatic=True)
        add_entry(work, ticket, note)
    if is_person and mailbox.acknowledge and may_acknowledge(work, ticket):
        answer_by_itself(work, ticket, acknowledgement(ticket))
    return ticket


def acknowledgement(ticket: Ticket) -> str:
    return _(
        "Thank you for your message. It has the number %(number)s, and somebody will answer it."
        "\n\nIf you want to add something, just answer this mail.",
        number=ticket.number,
    )


def _entry(letter: Letter, *, automatic: bool = False) -> Entry:
    said = cut_quotes(letter.text)
    return Entry(
        direction=Direction.INBOUND,
        text=said.text,
        quoted=said.quoted,
        author=letter.sender_name or letter.sender,
        email=letter.sender,
        message_id=letter.message_id[:500],
        automatic=automatic,
        remark=" ".join(_(remark) for remark in letter.remarks),
        files=letter.files,
    )


def _note_bounce(work: UnitOfWork, mailbox: Mailbox, letter: Letter) -> tuple[Ticket | None, str]:
    """Our mail did not arrive: the customer does not know, so it is our turn again."""
    ids = [*letter.reported, *letter.answers]
    ticket = _locked_main(work, _answered(work, mailbox.company_id, ids))
    if ticket is None:
        return None, _BOUNCED
    bounced = select(Message).where(Message.message_id.in_(ids), Message.ticket_id == ticket.id)
    for message in work.session.scalars(bounced.where(Message.direction == Direction.OUTBOUND)):
        message.remark = _("It could not be delivered.")
    entry = Entry(
        direction=Direction.NOTE,
        text=letter.text[:5_000],
        author=letter.sender or _("A mail server"),
        message_id=letter.message_id[:500],
        automatic=True,
        remark=_("A mail of ours could not be delivered. Ask for another address."),
    )
    add_entry(work, ticket, entry)
    if ticket.state is TicketState.WAITING_CUSTOMER:
        move(work, ticket, Step(target=TicketState.OPEN))
    return ticket, _TAKEN
