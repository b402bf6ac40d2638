"""The blueprints, and who is at the door: customers have cookies and pages of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.actor import Actor, ActorKind, system
from core.config import Settings
from core.portal import Customer
from core.requests import host
from core.security.cookies import safe_next
from core.work import UnitOfWork
from modules.portal.services.accounts import Letterhead
from modules.portal.services.visits import LIFETIME, visitor

INVITE = "portal.invite"

blueprint = Blueprint(
    "portal_pages", "modules.portal", url_prefix="/portal", template_folder="templates"
)
#: Of our own people, under the party's address.
staff_blueprint = Blueprint("portal_staff", "modules.portal", url_prefix="/portal-accounts")

View = Callable[..., ResponseReturnValue]


def actor_of(customer: Customer) -> Actor:
    """Sees the one company, and holds no permission."""
    return Actor(
        kind=ActorKind.SYSTEM,
        name=f"{customer.name} ({customer.email})",
        companies=frozenset({customer.company_id}),
        company=customer.company_id,
    )


@contextmanager
def reading_as(customer: Customer) -> Iterator[UnitOfWork]:
    with host().read(actor_of(customer)) as work:
        yield work


@contextmanager
def writing_as(customer: Customer) -> Iterator[UnitOfWork]:
    with host().write(actor_of(customer)) as work:
        yield work


def for_customers(view: View) -> View:
    """Call ``view`` with whoever is signed in to the portal; others go to its door."""

    @wraps(view)
    def guarded(*args: Any, **more: Any) -> ResponseReturnValue:
        customer = caller()
        if customer is None:
            here = request.path if request.method == "GET" else None
            return redirect(url_for("portal_pages.sign_in", next=safe_next(here)), 303)
        return view(customer, *args, **more)

    return guarded


def caller() -> Customer | None:
    if not (secret := request.cookies.get(cookie_name())):
        return None
    with host().read(system("customer portal")) as work:
        found = visitor(work, secret)
    if found is None:
        return None
    browser = request.user_agent.string[:500]
    return replace(found, address=request.remote_addr or "", browser=browser)


def cookie_name() -> str:
    return "__Host-tandem_portal" if host().settings.secure_cookies else "tandem_portal"


def let_in(secret: str, target: str) -> Response:
    """A new visit, whatever the browser came with."""
    session.clear()
    answer = redirect(target, 303)
    answer.set_cookie(
        cookie_name(),
        secret,
        max_age=LIFETIME,
        path="/",
        secure=host().settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return answer


def letterhead(settings: Settings) -> Letterhead:
    """The request's Host header is anybody's word: links of mails never stand on it."""
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return Letterhead(sender=settings.mail_from, base=base)
