"""Where the links in our mails lead: how it was, and whether a complaint is settled.

Scanners open every link of a mail. So GET only shows, and POST alone counts.
"""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from core.errors import Invalid
from core.requests import host
from core.security.guard import PUBLIC, proven_by_address, requires
from core.web.i18n import gettext as _
from modules.service.models import AskKind
from modules.service.rules.states import TicketState
from modules.service.services.asking import find_ask, rate, scores, settle
from modules.service.views.blueprint import public
from modules.service.views.help import visitor


@public.get("/rate/<token>")
@requires(PUBLIC)
def rating(token: str) -> ResponseReturnValue:
    with host().read(visitor()) as work:
        asked = find_ask(work, token, AskKind.RATING)
        page = {"ask": asked.ask, "ticket": asked.ticket}
    chosen = asked.ask.score or request.args.get("score", type=int)
    return render_template("service/rate.html", chosen=chosen, scores=scores(), **page)


@public.post("/rate/<token>")
@proven_by_address
@requires(PUBLIC)
def rate_now(token: str) -> ResponseReturnValue:
    score = request.form.get("score", type=int) or 0
    with host().write(visitor()) as work:
        asked = rate(work, token, score, request.form.get("comment", ""))
        page = {"ask": asked.ask, "ticket": asked.ticket}
    return render_template("service/rate.html", done=True, scores=scores(), **page)


@public.get("/settled/<token>")
@requires(PUBLIC)
def settled(token: str) -> ResponseReturnValue:
    with host().read(visitor()) as work:
        asked = find_ask(work, token, AskKind.CONFIRMATION)
        page = {"ask": asked.ask, "ticket": asked.ticket}
    is_open = asked.ticket.state is TicketState.RESOLVED
    return render_template("service/settled.html", is_open=is_open, **page)


@public.post("/settled/<token>")
@proven_by_address
@requires(PUBLIC)
def settle_now(token: str) -> ResponseReturnValue:
    answer = request.form.get("settled", "")
    if answer not in {"yes", "no"}:
        raise Invalid(_("Say yes or no."), fields={"settled": answer})
    with host().write(visitor()) as work:
        comment = request.form.get("comment", "")
        asked = settle(work, token, comment, is_settled=answer == "yes")
        page = {"ask": asked.ask, "ticket": asked.ticket}
    return render_template("service/settled.html", done=answer, **page)
