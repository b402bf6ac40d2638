"""A message before it goes out: as one person will read it, and what is missing for others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select

from core.errors import Invalid
from core.ids import new_id
from core.mail import Mail
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.marketing.models import Campaign, Message
from modules.marketing.rules.merging import OWN
from modules.marketing.services.audience import audience
from modules.marketing.services.letters import (
    Addressed,
    Draft,
    Place,
    fields_of,
    links_of,
    merge_values,
    write,
)
from modules.marketing.services.matching import known_traits
from modules.marketing.services.permitted import Permit, permits, policy_of
from modules.marketing.services.sending import purpose_of

_NOT_SHOWN = re.compile(
    r"\sstyle\s*=\s*(\"[^\"]*\"|'[^']*')|<(style|script)\b.*?</\2\s*>|<img\b[^>]*>",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Preview:
    """``mail`` is None when this person lacks a field; ``trouble`` says which."""

    mail: Mail | None
    trouble: str
    permit: Permit

    @property
    def html(self) -> str:
        """Its structure and words: our own pages allow no style and no picture from a mail."""
        return _NOT_SHOWN.sub("", self.mail.html) if self.mail else ""


@dataclass(frozen=True, slots=True)
class Hole:
    """A field without a default, and how many of the audience lack it."""

    field: str
    lacking: int


def preview(
    work: UnitOfWork, campaign: Campaign, message: Message, party_id: UUID, where: Place
) -> Preview:
    permit = permits(
        work, [party_id], purpose_id=campaign.purpose_id, company_id=campaign.company_id
    )[party_id]
    try:
        mail = specimen(work, message, party_id, permit.address or "nobody@example.com", where)
    except Invalid as error:
        return Preview(None, str(error), permit)
    return Preview(mail, "", permit)


def specimen(
    work: UnitOfWork, message: Message, party_id: UUID, address: str, where: Place
) -> Mail:
    """The mail as this person would get it, to ``address``. Its links are of no send."""
    draft = Draft(message, links_of(work, message.id), purpose_of(work, message))
    values = merge_values(work, fields_of(message).all, [party_id])[party_id]
    to = Addressed(send_id=new_id(), address=address, values=values)
    return write(draft, to, policy_of(work, message.company_id), where)


def holes(work: UnitOfWork, campaign: Campaign, message: Message) -> list[Hole]:
    """Fields that somebody of the audience lacks: they would not be written to."""
    found = []
    for name in sorted(fields_of(message).needed):
        if name == "name":
            continue  # every party has one
        lacking = work.session.scalar(_lacking(work, campaign, name)) or 0
        if lacking:
            found.append(Hole(name, lacking))
    return found


def _lacking(work: UnitOfWork, campaign: Campaign, name: str) -> Select[int]:
    meant = select(func.count()).select_from(Party).where(audience(work, campaign))
    if name in OWN:
        # An organisation has no first name, and is its own company.
        own = Party.kind != "person" if name == "first_name" else Party.kind == "person"
        return meant.where(own)
    facts = known_traits(work)[name].select(work).subquery()
    key, value = facts.columns
    return meant.where(Party.id.not_in(select(key).where(key.is_not(None), value.is_not(None))))
