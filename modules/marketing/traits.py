"""What marketing knows of a party, for segments and for whoever asks by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from core.traits import Shape, Trait
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.marketing.models import Consent, Purpose, Send
from modules.marketing.rules.states import ConsentState


def _given(_work: UnitOfWork) -> Select[*tuple[Any, ...]]:
    return (
        select(Consent.party_id, Purpose.key)
        .join(Purpose, Purpose.id == Consent.purpose_id)
        .where(Consent.state == ConsentState.GIVEN)
    )


def _purposes(work: UnitOfWork) -> list[tuple[str, str]]:
    own = select(Purpose.key, Purpose.title).where(Purpose.active).order_by(Purpose.title)
    return [(row[0], row[1]) for row in work.session.execute(own)]


def _latest(column: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(Send.party_id, func.max(column)).where(column.is_not(None)).group_by(Send.party_id)
    )


def _moment(name: str, title: str, column: Any) -> Trait:
    return Trait(
        name=f"marketing.{name}",
        title=title,
        subject=PARTY,
        shape=Shape.MOMENT,
        select=lambda _work: _latest(column),
        permission="marketing.read",
    )


TRAITS = (
    Trait(
        name="marketing.agreed_to",
        title=_l("Agreed to"),
        subject=PARTY,
        shape=Shape.CHOICE,
        select=_given,
        permission="marketing.read",
        many=True,
        choices=_purposes,
    ),
    _moment("mailed", _l("Last mail"), Send.sent_at),
    _moment("opened", _l("Last opened (weak)"), Send.opened_at),
    _moment("clicked", _l("Last click"), Send.clicked_at),
)
