"""A message as one person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.utils import formataddr
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from core.clock import utcnow
from core.config import Settings
from core.errors import Invalid, RuleBroken
from core.mail.message import Mail, address_of
from core.security.keys import connection_keys, read_keys
from core.sync.documents import PartyKind
from core.traits import Shape, values
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Party, PartyRelation
from modules.contacts.rules import RelationKind
from modules.marketing.models import Link, Message, Policy
from modules.marketing.rules.letters import Foot, addresses, as_html, as_text, html_of
from modules.marketing.rules.merging import OWN, Fields, fields, render
from modules.marketing.rules.tokens import Seal, Use
from modules.marketing.services.matching import known_traits

#: Where the public pages stand; see ``pages/public.py``.
PUBLIC = "/m"


@dataclass(frozen=True, slots=True)
class Place:
    """Where this Tandem is reached, as whom it writes, and how it seals its links."""

    url: str
    mail_from: str
    seal: Seal

    def link(self, letter: str, use: Use, record_id: UUID, number: int = 0) -> str:
        return f"{self.url}{PUBLIC}/{letter}/{self.seal.token(use, record_id, number)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """One mail to one person: the id of its send, where it goes, and what is merged into it."""

    send_id: UUID
    address: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A message and the numbers of its links."""

    message: Message
    links: Mapping[str, int]
    purpose: str

    @property
    def fields(self) -> Fields:
        return fields_of(self.message)


def place(settings: Settings) -> Place:
    """Raise RuleBroken while nobody has said where people reach Tandem: links lead there."""
    if not settings.public_url:
        raise RuleBroken(_("Set TANDEM_PUBLIC_URL first: the links in mails lead there."))
    seal = Seal(read_keys(connection_keys(settings.data_dir)))
    return Place(settings.public_url.rstrip("/"), settings.mail_from, seal)


def fields_of(message: Message) -> Fields:
    """Of subject, text and HTML together. Raise Invalid, naming the field it stands in."""
    found = []
    for name in ("subject", "text", "html"):
        try:
            found.append(fields(getattr(message, name)))
        except Invalid as error:
            raise Invalid(str(error), fields={name: str(error)}) from error
    needed = frozenset[str]().union(*(one.needed for one in found))
    return Fields(needed, frozenset[str]().union(*(one.optional for one in found)) - needed)


def check_fields(work: UnitOfWork, message: Message) -> None:
    """Raise Invalid for a field nobody knows."""
    unknown = sorted(fields_of(message).all - {*OWN, *known_traits(work)})
    if unknown:
        problem = _("No enabled module knows “%(name)s”.", name=", ".join(unknown))
        raise Invalid(problem, fields={"text": problem})


def number_links(work: UnitOfWork, message: Message) -> None:
    """Give the message's addresses their numbers; those it had keep theirs."""
    known = links_of(work, message.id)
    wanted = addresses(message.text, message.html)
    following = max(known.values(), default=0) + 1
    new = [url for url in wanted if url not in known]
    work.session.add_all(
        Link(message_id=message.id, number=number, url=url)
        for number, url in enumerate(new, start=following)
    )
    work.session.flush()


def forget_links(work: UnitOfWork, message_id: UUID) -> None:
    work.session.execute(delete(Link).where(Link.message_id == message_id))


def links_of(work: UnitOfWork, message_id: UUID) -> dict[str, int]:
    found = select(Link.url, Link.number).where(Link.message_id == message_id)
    return {row[0]: row[1] for row in work.session.execute(found)}


def merge_values(
    work: UnitOfWork, names: Iterable[str], party_ids: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    """What is merged for each, as it is read; one statement per trait."""
    wanted = sorted(names)
    found: dict[UUID, dict[str, Any]] = {one: {} for one in party_ids}
    if set(wanted) & set(OWN):
        for party_id, own in _own(work, party_ids).items():
            found[party_id] |= own
    known = known_traits(work)
    for name in (one for one in wanted if one in known):
        for party_id, value in values(work, name, list(party_ids)).items():
            found[party_id][name] = _shown(value, known[name].shape)
    return found


def write(draft: Draft, to: Addressed, policy: Policy, where: Place) -> Mail:
    """Raise MissingField when the person lacks what the message needs."""
    message = draft.message
    text = render(message.text, to.values)
    html = render(message.html, to.values, html=True) if message.html else ""
    lead = {
        url: where.link("c", Use.CLICK, to.send_id, number) for url, number in draft.links.items()
    }
    foot = _foot(draft, to, policy, where)
    unsubscribe = where.link("u", Use.UNSUBSCRIBE, to.send_id)
    return Mail(
        id=to.send_id,
        sender=sender(policy, where),
        recipients=(to.address,),
        subject=render(message.subject, to.values),
        text=as_text(text, lead, foot),
        html=as_html(html, lead, foot) if html else html_of(text, lead, foot),
        headers={
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        made_at=utcnow(),
    )


def sender(policy: Policy, where: Place) -> str:
    address = policy.sender_address or address_of(where.mail_from)
    return formataddr((policy.sender_name, address)) if policy.sender_name else address


def _foot(draft: Draft, to: Addressed, policy: Policy, where: Place) -> Foot:
    return Foot(
        language="en",
        why=_("You get this because you agreed to “%(purpose)s”.", purpose=draft.purpose),
        leave=_("Unsubscribe"),
        choose=_("Choose what you get"),
        unsubscribe=where.link("u", Use.UNSUBSCRIBE, to.send_id),
        preferences=where.link("p", Use.PREFERENCES, to.send_id),
        postal=policy.postal_address,
        pixel=where.link("o", Use.OPEN, to.send_id),
    )


def _own(work: UnitOfWork, party_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Names; the company of a person is whom they work for."""
    rows = work.session.execute(
        select(Party.id, Party.name, Party.kind).where(Party.id.in_(party_ids))
    ).all()
    employers = _employers(work, party_ids)
    found: dict[UUID, dict[str, Any]] = {}
    for party_id, name, kind in rows:
        is_person = kind is PartyKind.PERSON
        own = {"name": name, "company": employers.get(party_id) if is_person else name}
        if is_person:
            own["first_name"] = name.split()[0] if name.split() else None
        found[party_id] = {key: value for key, value in own.items() if value}
    return found


def _employers(work: UnitOfWork, party_ids: Sequence[UUID]) -> dict[UUID, str]:
    statement = (
        select(PartyRelation.party_id, Party.name)
        .join(Party, Party.id == PartyRelation.other_id)
        .where(PartyRelation.party_id.in_(party_ids), PartyRelation.kind == RelationKind.WORKS_FOR)
        .order_by(PartyRelation.id)
    )
    return {row[0]: row[1] for row in work.session.execute(statement)}


def _shown(value: Any, shape: Shape) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    return bool(value) if shape is Shape.FLAG else str(value)
