"""Who of the customers may sign in, over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.api.blueprint import ApiBlueprint
from core.api.listing import Listing, ListQuery, Page, page
from core.api.routes import lists, writes
from core.companies import fetch
from core.requests import host
from core.security.guard import requires
from core.work import UnitOfWork
from modules.portal.models import Account
from modules.portal.pages.blueprint import letterhead
from modules.portal.schemas import AccountSchema, InviteSchema
from modules.portal.services import accounts as services

blueprint = ApiBlueprint("portal", __name__, description="Accounts of the customer portal.")

ACCOUNTS = Listing(
    name="portal accounts",
    statement=select(
        Account.id,
        Account.party_id,
        Account.email,
        Account.name,
        Account.accepted_at,
        Account.seen_at,
        Account.closed,
        Account.version,
    ),
    sorts={"email": Account.email, "id": Account.id},
    default="email",
    filters={"party_id": Account.party_id, "email": Account.email, "closed": Account.closed},
)


@blueprint.get("/portal/accounts")
@requires("portal.read")
@lists(ACCOUNTS, AccountSchema)
def accounts(work: UnitOfWork, query: ListQuery) -> Page:
    """Customers' accounts, by address."""
    return page(work, ACCOUNTS, query)


@blueprint.post("/portal/accounts")
@requires("portal.invite")
@writes(AccountSchema, takes=InviteSchema, status=201)
def invite(work: UnitOfWork, body: dict[str, Any]) -> Account:
    """Invite somebody by mail. 422 where the address has an account already."""
    party_id = body.pop("party_id")
    return services.invite(work, party_id, letterhead=letterhead(host().settings), **body)


@blueprint.post("/portal/accounts/<uuid:account_id>/close")
@requires("portal.invite")
@writes(AccountSchema)
def close(work: UnitOfWork, account_id: UUID) -> Account:
    """Sign them out and let them in no more; what they did stays."""
    return services.close(work, account_id)


@blueprint.post("/portal/accounts/<uuid:account_id>/reopen")
@requires("portal.invite")
@writes(AccountSchema)
def reopen(work: UnitOfWork, account_id: UUID) -> Account:
    """Let them in again with the password they had."""
    services.reopen(work, account_id)
    return fetch(work, Account, account_id)
