"""Every request's border: who calls, whether they may, and that the wish is their own."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Rule
from werkzeug.wrappers import Response as Answer

from core.actor import ActorKind, system
from core.api.gate import refuse_disabled
from core.clock import utcnow
from core.errors import Busy, Forbidden, Invalid, Unauthenticated
from core.host import Host
from core.requests import host, let_go
from core.security.callers import TOKEN_MARK, Caller, by_session, by_token
from core.security.cookies import safe_next, session_secret
from core.security.guard import (
    PUBLIC,
    SIGNED_IN,
    is_proven_by_address,
    mark_endpoint,
    permission_of,
)
from core.security.headers import harden
from core.security.keys import create_key, read_keys, session_keys
from core.security.sessions import SEEN_EVERY, see_session
from core.security.tokens import USED_EVERY, use_token
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: Programs come in with a token here; everywhere else only browsers do.
_API = "/api/"
_TOKEN_PATHS = (_API, "/metrics")
_READS = frozenset({"GET", "HEAD"})
_csrf = CSRFProtect()


class ForeignForm(Forbidden):
    """The request does not bear the secret our own pages send along."""

    code = "security.csrf"


def init(app: Flask) -> None:
    """Guard every route of ``app``. Called once, before anything else that looks at requests."""
    opened: Host = app.extensions["tandem"]
    _sign_cookies(app, opened)
    _csrf.init_app(app)
    if opened.settings.proxies:
        count = opened.settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to wrap itself
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    mark_endpoint(app, "static", PUBLIC)
    app.before_request(_admit)
    app.after_request(_finish)
    app.teardown_request(_close)


def _sign_cookies(app: Flask, opened: Host) -> None:
    path = session_keys(opened.settings.data_dir)
    create_key(path)  # losing it only makes open forms old, so it needs no ceremony
    newest, *older = read_keys(path)
    app.config.update(
        SECRET_KEY=newest,
        SECRET_KEY_FALLBACKS=older,
        SESSION_COOKIE_NAME="tandem_form",
        SESSION_COOKIE_SECURE=opened.settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # checked in _admit, once it is known who calls
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session it belongs to
    )


def _admit() -> Answer | None:
    rule = request.url_rule
    if rule is None or _is_question(rule):
        return None
    needed = permission_of(current_app.view_functions[rule.endpoint], request.method)
    if needed is None:
        raise Forbidden(_("This address does not say who may use it, so nobody may."))
    caller = _identify() if needed != PUBLIC else None
    if caller is not None:
        _remember(caller)
    refuse_disabled()
    if caller is None and needed != PUBLIC:
        return _turn_away()
    if not is_proven_by_address(current_app.view_functions[rule.endpoint]):
        _check_origin()
    if needed not in {PUBLIC, SIGNED_IN}:
        g.actor.require(needed)
    _check_texts()
    return None


def _is_question(rule: Rule) -> bool:
    """OPTIONS that Flask answers itself, with the methods the address takes."""
    return request.method == "OPTIONS" and getattr(rule, "provide_automatic_options", False)


def _identify() -> Caller | None:
    """One query. A reading request goes on in the same transaction; see ``requests.reading``."""
    with ExitStack() as stack:
        work = stack.enter_context(host().database.session(writes=False))
        caller = _found(work, host())
        if caller is not None and request.method in _READS:
            unit = UnitOfWork(session=work, actor=caller.actor, enabled=caller.enabled)
            g.held = (stack.pop_all(), unit)
    return caller


def _found(work: Session, opened: Host) -> Caller | None:
    if token := _bearer():
        return by_token(work, opened.registry, token)
    secret = session_secret(request, secure=opened.settings.secure_cookies)
    return by_session(work, opened.registry, secret) if secret else None


def _bearer() -> str | None:
    """The token, where programs may come in. A wrong one is never made up for by a cookie."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not request.path.startswith(_TOKEN_PATHS):
        return None
    return token.strip() or TOKEN_MARK


def _remember(caller: Caller) -> None:
    g.caller, g.actor, g.enabled = caller, caller.actor, caller.enabled
    if caller.csrf_secret and session.get("csrf_token") != caller.csrf_secret:
        # The forms' secret is the session's own: a planted cookie can not bring another.
        session["csrf_token"] = caller.csrf_secret


def _check_origin() -> None:
    """A browser sends its cookie along with anybody's form; ours bear a secret besides."""
    if "caller" in g and g.actor.kind is ActorKind.TOKEN:
        return  # no browser adds this header by itself
    try:
        _csrf.protect()
    except CSRFError as error:
        raise ForeignForm(
            _("This form is too old, or it was not ours. Load the page again and repeat.")
        ) from error


def _check_texts() -> None:
    """No person types NUL, PostgreSQL stores none, and no field of a form needs to know."""
    given = request.values.items(multi=True)
    if names := [name for name, value in given if "\0" in name or "\0" in value]:
        wrong = _("Contains the character NUL.")
        raise Invalid(_("This can not be stored."), fields=dict.fromkeys(names, wrong))


def _turn_away() -> Answer:
    if request.path.startswith(_TOKEN_PATHS):
        raise Unauthenticated(_("Sign in, or send a valid token."))
    if "HX-Request" in request.headers:
        # htmx replaces a piece of the page: the whole page has to go to the sign-in.
        here = safe_next(_path_of(request.headers.get("HX-Current-URL", "")))
        return Response(status=401, headers={"HX-Redirect": _sign_in_address(here)})
    here = safe_next(request.full_path.rstrip("?")) if request.method in _READS else None
    return redirect(_sign_in_address(here), 303)


def _sign_in_address(here: str | None) -> str:
    return url_for("security_pages.sign_in", next=here)


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _finish(response: Response) -> Response:
    let_go()
    if "caller" in g:
        _write_down_use(g.caller)
    return harden(response, secure=host().settings.secure_cookies)


def _write_down_use(caller: Caller) -> None:
    by_program = caller.actor.kind is ActorKind.TOKEN
    seldom = USED_EVERY if by_program else SEEN_EVERY
    if caller.used_at is not None and utcnow() - caller.used_at < seldom:
        return
    # Nobody's answer fails because the database is too busy to note when they were here.
    with suppress(Busy), host().write(system("security")) as work:
        (use_token if by_program else see_session)(work, caller.credential_id)


def _close(_error: BaseException | None) -> None:
    let_go()
