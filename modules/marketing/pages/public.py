"""What readers of our mails meet: pictures, links, unsubscribing, choosing, confirming.

Nobody here is signed in. Each address bears a token that says what it is for and that we made it;
no cookie is read, and nothing changes but by POST. So a scanner that follows every link of a mail
neither reads nor unsubscribes for anybody.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from core.actor import system
from core.errors import CrmError, NotFound
from core.requests import host
from core.security.guard import PUBLIC, proven_by_address, requires
from core.security.keys import connection_keys, read_keys
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.marketing.models import Purpose
from modules.marketing.pages.blueprint import public_blueprint as blueprint
from modules.marketing.rules.states import ConsentSource
from modules.marketing.rules.tokens import Seal, Use
from modules.marketing.services import preferences, responses
from modules.marketing.services.responses import Reader

#: A transparent picture of one point.
_POINT = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_ONE_CLICK = "One-Click"


@blueprint.get("/o/<token>")
@requires(PUBLIC)
def opened(token: str) -> ResponseReturnValue:
    """The picture, whoever asks; only a person's first time counts, and that weakly."""
    if (found := _seal().opened(Use.OPEN, token)) is not None:
        with _reader() as (work, reader):
            responses.opened(work, found[0], reader)
    answer = Response(_POINT, mimetype="image/gif")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/c/<token>")
@requires(PUBLIC)
def clicked(token: str) -> ResponseReturnValue:
    send_id, number = _opened(Use.CLICK, token)
    with _reader() as (work, reader):
        address = responses.clicked(work, send_id, number, reader)
    return redirect(address, 302)


@blueprint.get("/u/<token>")
@requires(PUBLIC)
def leave(token: str) -> ResponseReturnValue:
    """Asks; a scanner that follows the link changes nothing."""
    send_id, _number = _opened(Use.UNSUBSCRIBE, token)
    with _reader() as (work, _who):
        send = responses.sent(work, send_id)
        purpose = work.session.get_one(Purpose, send.purpose_id).title
        address = send.address
    return render_template(
        "marketing/leave.html", token=token, purpose=purpose, address=address, done=False
    )


@blueprint.post("/u/<token>")
@requires(PUBLIC)
@proven_by_address
def leave_now(token: str) -> ResponseReturnValue:
    """The page's button, or the mail program's (RFC 8058): no cookie, no secret, no question."""
    send_id, _number = _opened(Use.UNSUBSCRIBE, token)
    one_click = request.form.get("List-Unsubscribe") == _ONE_CLICK
    source = ConsentSource.ONE_CLICK if one_click else ConsentSource.UNSUBSCRIBE_PAGE
    everything = not one_click and request.form.get("what") == "everything"
    with _reader() as (work, reader):
        send = responses.unsubscribe(work, send_id, source, reader, everything=everything)
        purpose = work.session.get_one(Purpose, send.purpose_id).title
        address = send.address
    return render_template(
        "marketing/leave.html",
        token=token,
        purpose=purpose,
        address=address,
        done=True,
        everything=everything,
    )


@blueprint.route("/p/<token>", methods=["GET", "POST"])
@requires(PUBLIC)
@proven_by_address
def choose(token: str) -> ResponseReturnValue:
    """What the reader gets: every purpose with the sentence they agree to."""
    send_id, _number = _opened(Use.PREFERENCES, token)
    saved = request.method == "POST"
    with _reader() as (work, reader):
        send = responses.sent(work, send_id)
        if saved:
            chosen = {UUID(key) for key in request.form.getlist("purpose") if _is_key(key)}
            preferences.choose(work, send, chosen, reader.proof)
        shown = [
            (offer.purpose.id, offer.purpose.title, offer.purpose.wording, offer.chosen)
            for offer in preferences.offers(work, send)
        ]
        address = send.address
    return render_template(
        "marketing/choose.html", token=token, offers=shown, address=address, saved=saved
    )


@blueprint.route("/d/<token>", methods=["GET", "POST"])
@requires(PUBLIC)
@proven_by_address
def confirm(token: str) -> ResponseReturnValue:
    """The second half of a double opt-in."""
    entry_id, _number = _opened(Use.CONFIRM, token)
    done = request.method == "POST"
    with _reader() as (work, reader):
        asked = preferences.asked_for(work, entry_id)
        if done:
            preferences.confirm(work, entry_id, reader.proof)
        purpose = work.session.get_one(Purpose, asked.purpose_id).title
        wording, address = asked.wording, asked.address
    return render_template(
        "marketing/confirm.html",
        token=token,
        purpose=purpose,
        wording=wording,
        address=address,
        done=done,
    )


@blueprint.errorhandler(CrmError)
def troubled(error: CrmError) -> ResponseReturnValue:
    return render_template("marketing/unknown.html", words=str(error)), error.http_status


@contextmanager
def _reader() -> Iterator[tuple[UnitOfWork, Reader]]:
    """A unit of work of the reader, who is known by the token alone."""
    given = request.headers
    reader = Reader(
        method=request.method,
        user_agent=request.user_agent.string,
        purpose=" ".join(
            given.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
        ),
        address=request.remote_addr or "",
    )
    with host().write(system("reader")) as work:
        yield work, reader


def _opened(use: Use, token: str) -> tuple[UUID, int]:
    if (found := _seal().opened(use, token)) is None:
        raise NotFound(_("This link is not known here. Perhaps it was cut when it was copied."))
    return found


def _seal() -> Seal:
    return Seal(read_keys(connection_keys(host().settings.data_dir)))


def _is_key(text: str) -> bool:
    try:
        return bool(UUID(text).int)
    except ValueError:
        return False
