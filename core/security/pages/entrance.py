"""In and out: signing in, the first set-up, signing out."""

from __future__ import annotations

import structlog
from flask import (
    Blueprint,
    Response,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as Answer

from core.actor import system
from core.errors import CrmError, Invalid, TooMany
from core.requests import host, writing
from core.security.cookies import drop_secret, keep_secret, safe_next, session_secret
from core.security.guard import PUBLIC, SIGNED_IN, requires
from core.security.sessions import end_session, forget_secret, open_session
from core.security.setup import FirstDay, check_code, is_set_up, set_up, setup_code
from core.security.signin import Attempt, sign_in

log = structlog.get_logger(__name__)
blueprint = Blueprint("security_pages", __name__)

HOME = "/"
#: What somebody may be told on the page itself, beside the fields.
_TOLD = (Invalid, TooMany)


@blueprint.get("/sign-in", endpoint="sign_in")
@requires(PUBLIC)
def sign_in_page() -> Answer:
    if not is_set_up(host()):
        return redirect(url_for(".set_up"), 303)
    return make_response(_sign_in_form())


@blueprint.post("/sign-in", endpoint="sign_in_now")
@requires(PUBLIC)
def sign_in_now() -> Answer:
    attempt = Attempt(
        email=request.form.get("email", ""),
        password=request.form.get("password", ""),
        address=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
    try:
        secret = sign_in(host(), attempt)
    except _TOLD as error:
        return _told(_sign_in_form(error), error)
    return _let_in(secret, safe_next(request.form.get("next")) or HOME)


@blueprint.post("/sign-out", endpoint="sign_out")
@requires(SIGNED_IN)
def sign_out() -> Answer:
    with writing() as work:
        end_session(work, g.caller.user_id, g.caller.credential_id)
    session.clear()
    answer = redirect(url_for(".sign_in"), 303)
    drop_secret(answer, secure=host().settings.secure_cookies)
    return answer


@blueprint.get("/setup", endpoint="set_up")
@requires(PUBLIC)
def set_up_page() -> Answer:
    if is_set_up(host()):
        return redirect(url_for(".sign_in"), 303)
    # Whoever runs the server reads this; whoever only reaches its port does not.
    log.warning("setup.code", code=setup_code(host().settings.data_dir))
    return make_response(_set_up_form())


@blueprint.post("/setup", endpoint="set_up_now")
@requires(PUBLIC)
def set_up_now() -> Answer:
    if is_set_up(host()):
        return redirect(url_for(".sign_in"), 303)
    names = ("company", "currency", "name", "email", "password")
    wish = FirstDay(**{name: request.form.get(name, "") for name in names})
    try:
        check_code(host(), request.form.get("code", ""), request.remote_addr or "")
        user_id = set_up(host(), wish)
    except _TOLD as error:
        return _told(_set_up_form(error), error)
    with host().write(system("set-up")) as work:
        secret = open_session(work, user_id, request.user_agent.string)
    return _let_in(secret, HOME)


def _let_in(secret: str, target: str) -> Answer:
    """A new session, whatever the browser came with: a planted one is worth nothing after."""
    secure = host().settings.secure_cookies
    if old := session_secret(request, secure=secure):
        with host().write(system("sign-in")) as work:
            forget_secret(work, old)
    session.clear()
    answer = redirect(target, 303)
    keep_secret(answer, secret, secure=secure)
    return answer


def _told(page: str, error: CrmError) -> Response:
    answer = make_response(page, error.http_status)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    return answer


def _sign_in_form(error: CrmError | None = None) -> str:
    target = safe_next(request.values.get("next")) or ""
    email = request.form.get("email", "")
    return render_template("security/sign_in.html", next=target, email=email, error=error)


def _set_up_form(error: CrmError | None = None) -> str:
    return render_template("security/set_up.html", given=request.form, error=error)
