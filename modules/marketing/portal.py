"""What a customer agreed to hear of us, chosen by themselves in the portal."""

from __future__ import annotations

from uuid import UUID

from flask import render_template
from werkzeug.datastructures import MultiDict

from core.portal import Customer, Items, Section, Typed
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.marketing.rules.states import Channel, ConsentSource, ConsentState
from modules.marketing.services.consents import Said, purposes, say, standings


def consents(
    customer: Customer, _after: str | None, _typed: Typed | None, work: UnitOfWork
) -> Items:
    """A form with every purpose and the sentence it asks to agree to."""
    offered, given = purposes(work, customer.company_id), _given(customer, work)
    if not offered:
        return Items(items=())
    form = render_template(
        "marketing/portal_consents.html", offers=[(one, one.id in given) for one in offered]
    )
    return Items(items=(), above=form, below=" ")


def choose(
    customer: Customer, _key: UUID | None, typed: MultiDict[str, str], work: UnitOfWork
) -> str:
    """Exactly the ticked ones from now on; what stays as it was is not said again."""
    chosen, given = set(typed.getlist("purpose")), _given(customer, work)
    for purpose in purposes(work, customer.company_id):
        wanted = str(purpose.id) in chosen
        if wanted is (purpose.id in given):
            continue
        said = Said(
            party_id=customer.party_id,
            purpose_id=purpose.id,
            state=ConsentState.GIVEN if wanted else ConsentState.WITHDRAWN,
            source=ConsentSource.PREFERENCES,
            address=customer.email,
            proof={
                "portal_account": str(customer.account_id),
                "ip": customer.address,
                "browser": customer.browser,
            },
        )
        say(work, said)
    return _("Your choice is kept.")


def _given(customer: Customer, work: UnitOfWork) -> set[UUID]:
    return {
        row.purpose_id
        for row in standings(work, customer.party_id)
        if row.channel == Channel.EMAIL and row.state == ConsentState.GIVEN
    }


SECTIONS = (
    Section(
        name="consents",
        title=_l("What we may write"),
        icon="mail",
        empty=_l("We do not write to you about anything but your own orders and questions."),
        items=consents,
        act=choose,
        order=60,
    ),
)
