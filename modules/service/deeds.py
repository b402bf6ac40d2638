"""What journeys and rules of others may have done here: open a ticket for a party."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from core.companies import fetch
from core.deeds import Asked, Deed
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party
from modules.service.rules.states import Channel, Direction, Kind, Priority
from modules.service.services.people import email_of
from modules.service.services.settings import first_queue
from modules.service.services.threads import Entry, add_entry
from modules.service.services.tickets import NewTicket, open_ticket
from modules.service.words import KINDS, PRIORITIES


class OpenTicketSettings(Schema):
    subject = fields.String(
        required=True, validate=validate.Length(1, 200), metadata={"title": _l("Subject")}
    )
    text = fields.String(
        load_default="",
        validate=validate.Length(max=4000),
        metadata={"title": _l("What is to be done"), "multiline": True},
    )
    kind = fields.Enum(
        Kind,
        by_value=True,
        load_default=Kind.REQUEST,
        metadata={
            "title": _l("Kind"),
            "choices": {key.value: chip.label for key, chip in KINDS.items()},
        },
    )
    priority = fields.Enum(
        Priority,
        by_value=True,
        load_default=Priority.NORMAL,
        metadata={
            "title": _l("Priority"),
            "choices": {key.value: chip.label for key, chip in PRIORITIES.items()},
        },
    )


def open_for_party(asked: Asked, work: UnitOfWork) -> None:
    """The key is the ticket's reference: asked again, it is the same ticket."""
    party = fetch(work, Party, asked.record_id)
    settings = asked.settings
    new = NewTicket(
        subject=settings["subject"],
        queue_id=first_queue(work, party.company_id).id,
        channel=Channel.ITSELF,
        kind=Kind(settings.get("kind", Kind.REQUEST)),
        priority=Priority(settings.get("priority", Priority.NORMAL)),
        party_id=party.id,
        email=email_of(work, party.id),
        contact=party.name,
        client_reference=asked.key,
    )
    ticket, is_new = open_ticket(work, party.company_id, new)
    if is_new:
        said = "\n\n".join(filter(None, (settings.get("text", ""), asked.reason)))
        entry = Entry(direction=Direction.NOTE, text=said, author=work.actor.name, automatic=True)
        add_entry(work, ticket, entry)


OPEN_TICKET = Deed(
    name="service.open_ticket",
    title=_l("Open a ticket"),
    subject=PARTY,
    permission="service.write",
    settings=OpenTicketSettings,
    run=open_for_party,
)
