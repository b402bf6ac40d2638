"""Make two parties one, and take it back at any time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core import search
from core.clock import utcnow
from core.companies import fetch
from core.errors import RuleBroken
from core.sync.documents import PartyKind
from core.sync.rebinding import rebind, rebind_back
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.contacts.kinds import PARTY
from modules.contacts.models import (
    Activity,
    ExternalIdentity,
    Interaction,
    Merge,
    Party,
    TimelineEntry,
)
from modules.contacts.rules import IdentityStatus
from modules.contacts.services.copying import copy_belongings, remove_copies
from modules.contacts.services.finding import search_again
from modules.contacts.services.following import follow, forget_standing, go_back
from modules.contacts.services.merge_plan import FIELDS, Side, both, choice_of
from modules.contacts.services.parties import apply, changed
from modules.contacts.services.relations import RELATED, hand_relations
from modules.contacts.services.timeline import phrase, record

#: What of contacts points at a party and simply goes along.
_COLUMNS = (
    TimelineEntry.party_id,
    Interaction.party_id,
    Activity.party_id,
    ExternalIdentity.party_id,
)


def merge_parties(
    work: UnitOfWork, kept_id: UUID, other_id: UUID, choices: Mapping[str, Side] | None = None
) -> Merge:
    """``other`` becomes part of ``kept``; fields that are not chosen are as the plan proposes.

    All that points at it follows, here and in every module that subscribes to PartyMerged. Its own
    row, addresses and contact points stay, since an ERP may go on knowing it.
    """
    kept, other = both(work, kept_id, other_id, lock=True)
    merge = Merge(
        company_id=kept.company_id,
        kept_id=kept.id,
        merged_id=other.id,
        author=work.actor.name,
        fields=_take_fields(work, kept, other, choices or {}),
        copies=copy_belongings(work, kept, other),
        bindings=[str(key) for key in rebind(work, PARTY, other.id, kept.id)],
        aliases=_make_aliases(work, other.id),
    )
    other.merged_into_id = kept.id
    work.session.add(merge)
    work.session.flush()
    event = PartyMerged(**_event(merge))
    follow(work, event, _COLUMNS)
    hand_relations(work, event)
    text = phrase(lazy("%(name)s was merged into this party"), name=other.name)
    record(work, kept.id, kind="contacts.merged", text=text)
    search.remove(work.session, PARTY, [other.id])
    _announce(work, event, kept)
    return merge


def unmerge(work: UnitOfWork, merge_id: UUID) -> list[str]:
    """Two again. Answers the fields that stay as they are, since they were changed meanwhile."""
    merge = fetch(work, Merge, merge_id, lock=True)
    if merge.undone_at is not None:
        raise RuleBroken(_("This merge was taken back already."))
    kept = fetch(work, Party, merge.kept_id, lock=True)
    merged = fetch(work, Party, merge.merged_id, lock=True)
    merge.undone_at, merge.undone_by = utcnow(), work.actor.name
    event = PartyUnmerged(**_event(merge))
    go_back(work, event, (*_COLUMNS, *RELATED))
    merged.merged_into_id = None
    rebind_back(work, [UUID(key) for key in merge.bindings], merged.id)
    _end_aliases(work, merge)
    remove_copies(work, merge.copies)
    stayed = _give_back_fields(work, kept, merge.fields)
    text = phrase(lazy("%(name)s is a party of its own again"), name=merged.name)
    record(work, kept.id, kind="contacts.unmerged", text=text)
    search_again(work, [kept.id, merged.id])
    _announce(work, event, kept)
    return stayed


def _take_fields(
    work: UnitOfWork, kept: Party, other: Party, choices: Mapping[str, Side]
) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    for name in FIELDS:
        side = choices.get(name) or choice_of(work, name, kept, other).proposed
        if side is Side.OTHER and getattr(other, name) != getattr(kept, name):
            taken[name] = getattr(other, name)
    before = {name: getattr(kept, name) for name in taken}
    apply(work, kept, taken)
    return {name: [_plain(before[name]), _plain(value)] for name, value in taken.items()}


def _give_back_fields(work: UnitOfWork, kept: Party, fields: Mapping[str, Any]) -> list[str]:
    mine = [
        name for name, (_before, after) in fields.items() if _plain(getattr(kept, name)) == after
    ]
    apply(work, kept, {name: _value(name, fields[name][0]) for name in mine})
    return [name for name in fields if name not in mine]


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)


def _value(name: str, plain: str | None) -> Any:
    if plain is None:
        return None
    kinds = {"owner_id": UUID, "kind": PartyKind}
    return kinds[name](plain) if name in kinds else plain


def _make_aliases(work: UnitOfWork, party_id: UUID) -> list[str]:
    primary = select(ExternalIdentity).where(
        ExternalIdentity.party_id == party_id, ExternalIdentity.status == IdentityStatus.PRIMARY
    )
    found = list(work.session.scalars(primary))
    for identity in found:
        identity.status = IdentityStatus.ALIAS
    return [str(identity.id) for identity in found]


def _end_aliases(work: UnitOfWork, merge: Merge) -> None:
    ids = [UUID(key) for key in merge.aliases]
    for identity in work.session.scalars(
        select(ExternalIdentity).where(ExternalIdentity.id.in_(ids))
    ):
        identity.status = IdentityStatus.PRIMARY


def _event(merge: Merge) -> dict[str, UUID]:
    return {
        "merge_id": merge.id,
        "kept_id": merge.kept_id,
        "merged_id": merge.merged_id,
        "company_id": merge.company_id,
    }


def _announce(work: UnitOfWork, event: PartyMerged | PartyUnmerged, kept: Party) -> None:
    work.session.flush()
    forget_standing(work)
    search_again(work, [kept.id])
    changed(work, kept, "addresses", "contact_points")
    work.publish(event)
