"""What other modules may ask of a party by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from babel import Locale
from sqlalchemy import Select, func, select

from core.security.models import User
from core.traits import Shape, Trait
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.i18n import voice
from core.work import UnitOfWork
from modules.contacts import words
from modules.contacts.kinds import PARTY
from modules.contacts.models import Address, Interaction, Party, PartyRole

Choices = Sequence[tuple[str, str]]


def _kinds(_work: UnitOfWork) -> Choices:
    return [(kind.value, _(label)) for kind, label in words.KINDS.items()]


def _roles(_work: UnitOfWork) -> Choices:
    return [(role.value, _(shown.label)) for role, shown in words.ROLES.items()]


def _colleagues(work: UnitOfWork) -> Choices:
    people = select(User.id, User.name).where(User.active).order_by(User.name).limit(500)
    return [(str(key), name) for key, name in work.session.execute(people)]


def _countries(work: UnitOfWork) -> Choices:
    """Those that occur; each in the reader's language."""
    there = select(Address.country).where(Address.active, Address.country != "").distinct()
    names = Locale.parse(str(voice().locale)).territories
    codes = work.session.scalars(there).all()
    return sorted(((code, str(names.get(code, code))) for code in codes), key=lambda one: one[1])


_LAST = func.max(Interaction.happened_at)


def _trait(
    name: str,
    title: str,
    shape: Shape,
    *,
    of: Select[*tuple[Any, ...]],
    choices: Callable[[UnitOfWork], Choices] | None = None,
    many: bool = False,
) -> Trait:
    return Trait(
        name=f"contacts.{name}",
        title=title,
        subject=PARTY,
        shape=shape,
        select=lambda _work: of,
        permission="contacts.read",
        choices=choices,
        many=many,
    )


def _address(column: Any) -> Select[*tuple[Any, ...]]:
    return select(Address.party_id, column).where(Address.active, column != "").distinct()


def _filled(column: Any) -> Select[*tuple[Any, ...]]:
    return select(Party.id, column).where(column.is_not(None))


TRAITS = (
    _trait("name", _l("Name"), Shape.TEXT, of=_filled(Party.name)),
    _trait("kind", _l("Kind"), Shape.CHOICE, of=_filled(Party.kind), choices=_kinds),
    _trait(
        "role",
        _l("Role"),
        Shape.CHOICE,
        of=select(PartyRole.party_id, PartyRole.role),
        choices=_roles,
        many=True,
    ),
    _trait(
        "country",
        _l("Country"),
        Shape.CHOICE,
        of=_address(Address.country),
        choices=_countries,
        many=True,
    ),
    _trait("city", _l("City"), Shape.TEXT, of=_address(Address.city), many=True),
    _trait("language", _l("Language"), Shape.TEXT, of=_filled(Party.language)),
    _trait("owner", _l("Owner"), Shape.CHOICE, of=_filled(Party.owner_id), choices=_colleagues),
    _trait("created", _l("Known since"), Shape.MOMENT, of=_filled(Party.created_at)),
    _trait(
        "last_interaction",
        _l("Last interaction"),
        Shape.MOMENT,
        of=select(Interaction.party_id, _LAST).group_by(Interaction.party_id),
    ),
)
