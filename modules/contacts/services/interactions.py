"""What was said with a party, and notes about it."""

from __future__ import annotations

from uuid import UUID

from core.clock import utcnow
from core.companies import fetch
from core.errors import Invalid
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Interaction, Party
from modules.contacts.rules import Channel, InteractionFields, clean_interaction
from modules.contacts.services.timeline import tell


def add_interaction(work: UnitOfWork, party_id: UUID, fields: InteractionFields) -> Interaction:
    """Keep it with its author and show it in the timeline; it happened now unless it says when."""
    party = fetch(work, Party, party_id)
    now = utcnow()
    tidy = clean_interaction({"channel": Channel.NOTE, "text": "", "happened_at": now, **fields})
    if tidy["happened_at"] > now:
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"happened_at": _("This is in the future.")},
        )
    interaction = Interaction(
        company_id=party.company_id,
        party_id=party.id,
        author_id=work.actor.id,
        author=work.actor.name,
        **tidy,
    )
    work.session.add(interaction)
    work.session.flush()
    tell(work, interaction)
    return interaction


def add_note(work: UnitOfWork, party_id: UUID, text: str) -> Interaction:
    return add_interaction(work, party_id, {"channel": Channel.NOTE, "text": text})
