"""Every route says what it asks of its caller, in words the permissions page knows."""

from __future__ import annotations

import pytest
from flask import Flask

from core.actor import system
from core.host import Host
from core.security.guard import PUBLIC, SIGNED_IN, permission_of, requires

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def asked(app: Flask) -> dict[str, str | None]:
    """What each route asks, by method and address; OPTIONS is Flask's own answer."""
    return {
        f"{method} {rule.rule}": permission_of(app.view_functions[rule.endpoint], method)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods or ())
        if method != "OPTIONS" or not getattr(rule, "provide_automatic_options", False)
    }


#: What anybody may call who is not signed in. Whoever adds a line says in the commit why.
OPEN_TO_ALL = {
    "api_reference.problem",  # what a problem type means, in words
    "health.alive",
    "health.ready",
    "marketing_public.choose",  # readers of our mails: a token in the address proves it is ours
    "marketing_public.clicked",
    "marketing_public.confirm",
    "marketing_public.leave",
    "marketing_public.leave_now",
    "marketing_public.opened",
    "metrics.metrics",  # asks for itself: this machine, or a token
    # Customers of the portal have a sign-in of their own; tests/modules/portal walks these.
    "portal_pages.accept",
    "portal_pages.act",
    "portal_pages.act_on",
    "portal_pages.download",
    "portal_pages.forgotten",
    "portal_pages.home",
    "portal_pages.invitation",
    "portal_pages.record",
    "portal_pages.section",
    "portal_pages.sign_in",
    "portal_pages.sign_in_now",
    "portal_pages.sign_out",
    "security_pages.set_up",
    "security_pages.set_up_now",
    "security_pages.sign_in",
    "security_pages.sign_in_now",
    # A queue's public page: what is published, and one question at a time.
    "service_public.article",
    "service_public.articles",
    "service_public.ask",
    "service_public.helped",
    "service_public.send",
    "service_public.sent",
    "service_public.solved",
    # The token in the address of a mail is the proof.
    "service_public.rate_now",
    "service_public.rating",
    "service_public.settle_now",
    "service_public.settled",
    # A quotation for who has its link: the secret in the address is the proof.
    "sales_offer_pages.accept_offer",
    "sales_offer_pages.decline_offer",
    "sales_offer_pages.offer",
    "sales_offer_pages.pdf",
    "sales_public.form",  # writes one lead; a honeypot and a limit per address stand before it
    "static",
}


def test_only_these_are_open_to_all(app: Flask) -> None:
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods or ())
        if permission_of(app.view_functions[rule.endpoint], method) == PUBLIC
    }
    assert found == OPEN_TO_ALL


def test_every_route_declares_a_permission(app: Flask) -> None:
    assert [route for route, permission in asked(app).items() if permission is None] == []


def test_every_permission_asked_for_is_one_that_can_be_given(app: Flask, host: Host) -> None:
    with host.read(system()) as work:
        known = {permission.name for permission in work.enabled.permissions} | {PUBLIC, SIGNED_IN}
    assert {route: name for route, name in asked(app).items() if name not in known} == {}


def test_a_forgotten_route_is_found(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "", methods=["POST"])
    app.add_url_rule("/open", "open", requires(PUBLIC)(lambda: ""))
    found = asked(app)
    assert found["POST /forgotten"] is None
    assert found["GET /open"] == PUBLIC
