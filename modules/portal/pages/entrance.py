"""In and out of the portal: sign-in, invitation, a forgotten password, sign-out."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.actor import system
from core.errors import CrmError, Invalid, NotFound, TooMany
from core.portal import Customer
from core.requests import host
from core.security.cookies import safe_next
from core.security.guard import PUBLIC, requires
from core.security.passwords import check_password, hashed
from core.security.throttle import admit, counted_at
from core.web.i18n import gettext as _
from modules.portal.pages.blueprint import (
    blueprint,
    caller,
    cookie_name,
    for_customers,
    let_in,
    letterhead,
)
from modules.portal.services.accounts import accept, ask_again, invited
from modules.portal.services.visits import Attempt, end_visit, open_visit, sign_in

_WHO = system("customer portal")
#: Links one place may ask for in a row.
_FREE_ASKS = 5


@blueprint.get("/sign-in", endpoint="sign_in")
@requires(PUBLIC)
def sign_in_page() -> ResponseReturnValue:
    if caller() is not None:
        return redirect(url_for(".home"), 303)
    return _door()


@blueprint.post("/sign-in", endpoint="sign_in_now")
@requires(PUBLIC)
def sign_in_now() -> ResponseReturnValue:
    attempt = Attempt(
        email=request.form.get("email", ""),
        password=request.form.get("password", ""),
        address=request.remote_addr or "",
    )
    try:
        secret = sign_in(host(), attempt)
    except (Invalid, TooMany) as error:
        return _door(error), error.http_status
    target = safe_next(request.form.get("next"))
    return let_in(secret, target if target and target.startswith("/portal/") else "/portal/")


@blueprint.post("/sign-out", endpoint="sign_out")
@requires(PUBLIC)
@for_customers
def sign_out(_customer: Customer) -> ResponseReturnValue:
    with host().write(_WHO) as work:
        end_visit(work, request.cookies[cookie_name()])
    session.clear()
    answer = redirect(url_for(".sign_in"), 303)
    answer.delete_cookie(cookie_name(), path="/", secure=host().settings.secure_cookies)
    return answer


@blueprint.get("/invitation/<secret>", endpoint="invitation")
@requires(PUBLIC)
def invitation(secret: str) -> ResponseReturnValue:
    return _welcome(secret)


@blueprint.post("/invitation/<secret>", endpoint="accept")
@requires(PUBLIC)
def accept_invitation(secret: str) -> ResponseReturnValue:
    password = request.form.get("password", "")
    try:
        with host().read(_WHO) as work:
            email = invited(work, secret).email
        check_password(password, email)
        password_hash = hashed(password)
        with host().write(_WHO) as work:
            visit = open_visit(work, accept(work, secret, password_hash))
    except NotFound:
        return _welcome(secret)
    except Invalid as error:
        return _welcome(secret, error)
    return let_in(visit, url_for(".home"))


@blueprint.route("/forgotten", methods=["GET", "POST"], endpoint="forgotten")
@requires(PUBLIC)
def forgotten() -> ResponseReturnValue:
    """The answer is the same whether there is such an account or not."""
    if request.method == "GET":
        return render_template("portal/forgotten.html", sent=False, error=None)
    try:
        with host().write(_WHO) as work:
            place = counted_at("portal.forgotten", request.remote_addr or "", free=_FREE_ASKS)
            admit(work, [place])
            ask_again(work, request.form.get("email", ""), letterhead(host().settings))
    except TooMany as error:
        return render_template("portal/forgotten.html", sent=False, error=error), error.http_status
    return render_template("portal/forgotten.html", sent=True, error=None)


def _door(error: CrmError | None = None) -> str:
    return render_template(
        "portal/sign_in.html",
        email=request.form.get("email", ""),
        next=safe_next(request.values.get("next")) or "",
        error=error,
    )


def _welcome(secret: str, error: Invalid | None = None) -> ResponseReturnValue:
    try:
        with host().read(_WHO) as work:
            account = invited(work, secret)
            shown = {"name": account.name, "email": account.email}
    except NotFound as gone:
        return render_template("portal/dead.html", words=str(gone)), 404
    status = error.http_status if error else 200
    wrong = (error.fields.get("password") or str(error)) if error else ""
    title = _("Choose a password")
    page = render_template("portal/welcome.html", title=title, wrong=wrong, **shown)
    return page, status
