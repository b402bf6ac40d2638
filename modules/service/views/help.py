"""The public pages of a queue: its articles, and the form to ask by.

Anybody may call them. They show what is published and nothing else, tell nobody whether an address
is a customer's, and take so many questions from one place.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from core.actor import Actor, system
from core.errors import Invalid, NotFound
from core.requests import host
from core.security.guard import PUBLIC, requires
from core.security.throttle import admit, counted
from core.web.forms import Form
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.service.models import Queue
from modules.service.rules.mime import LARGEST_FILE_BYTES, File, safe_name
from modules.service.rules.prose import blocks
from modules.service.rules.states import Channel, Direction, Kind
from modules.service.services import knowledge
from modules.service.services.arrivals import acknowledgement
from modules.service.services.people import party_of
from modules.service.services.settings import queue_of_slug
from modules.service.services.threads import (
    Entry,
    add_entry,
    answer_by_itself,
    may_acknowledge,
)
from modules.service.services.tickets import NewTicket, find_again, open_ticket
from modules.service.views.blueprint import public

_VISITOR = "a visitor"
#: Nobody sees it, and nobody fills it in but a machine.
_TRAP = "website"
_MOST_FILES = 3


class QuestionForm(Schema):
    name = fields.String(
        required=True, validate=validate.Length(1, 200), metadata={"title": _l("Your name")}
    )
    email = fields.Email(
        required=True,
        metadata={"title": _l("Your e-mail"), "help": _l("We answer to this address.")},
    )
    subject = fields.String(
        required=True, validate=validate.Length(1, 200), metadata={"title": _l("Your question")}
    )
    text = fields.String(
        required=True,
        validate=validate.Length(1, 20_000),
        metadata={"title": _l("Tell us more"), "multiline": True},
    )
    complaint = fields.Boolean(load_default=False, metadata={"title": _l("This is a complaint")})


def visitor(queue: Queue | None = None) -> Actor:
    """Whoever is outside: acts for the company whose page it is."""
    return system(_VISITOR, company=queue.company_id if queue else None)


def _queue(work: UnitOfWork, slug: str) -> Queue:
    found = queue_of_slug(work, slug)
    if found is None:
        raise NotFound(_("There is no such page."))
    return found


@public.get("/help/<slug>/")
@requires(PUBLIC)
def articles(slug: str) -> ResponseReturnValue:
    text = request.args.get("q", "")[:200]
    with host().read(visitor()) as work:
        queue = _queue(work, slug)
        found = knowledge.find_public(work, queue.company_id, text)
    return render_template("service/help.html", queue=queue, found=found, q=text)


@public.get("/help/<slug>/articles/<uuid:key>")
@requires(PUBLIC)
def article(slug: str, key: UUID) -> ResponseReturnValue:
    with host().read(visitor()) as work:
        queue = _queue(work, slug)
        found = knowledge.read_public(work, queue.company_id, key)
    return render_template(
        "service/help_article.html", queue=queue, article=found, blocks=blocks(found.body)
    )


@public.post("/help/<slug>/articles/<uuid:key>/helped")
@requires(PUBLIC)
def helped(slug: str, key: UUID) -> ResponseReturnValue:
    did = request.form.get("helped") == "yes"
    with host().write(visitor()) as work:
        queue = _queue(work, slug)
        admit(work, counted(f"help:{key}", _address())[:1])
        knowledge.judge(work, queue.company_id, key, helped=did)
    flash(_("Thank you for telling us."), "done")
    return redirect(url_for(".articles" if did else ".ask", slug=slug), 303)


@public.get("/help/<slug>/ask")
@requires(PUBLIC)
def ask(slug: str) -> ResponseReturnValue:
    with host().read(visitor()) as work:
        queue = _queue(work, slug)
    return _asking(queue, Form(QuestionForm()))


def _asking(queue: Queue, form: Form, **more: Any) -> str:
    return render_template("service/ask.html", queue=queue, form=form, trap=_TRAP, **more)


@public.post("/help/<slug>/ask")
@requires(PUBLIC)
def send(slug: str) -> ResponseReturnValue:
    """First the articles that may answer it; then, sent once more, the ticket."""
    form = Form.sent(QuestionForm(), request.form)
    data = form.data()
    with host().read(visitor()) as work:
        queue = _queue(work, slug)
    if request.form.get(_TRAP):
        return redirect(url_for(".sent", slug=slug), 303)  # a machine is told nothing
    if data is None:
        return _asking(queue, form), 422
    shown = request.form.get("shown", "")
    if not shown and (offered := _offer(queue, data)):
        return _asking(queue, form, offered=offered[1], shown=offered[0])
    try:
        _take(queue, data, _files(), shown)
    except Invalid as error:
        form.refuse(error)
        return _asking(queue, form, shown=shown), 422
    return redirect(url_for(".sent", slug=slug), 303)


def _offer(queue: Queue, data: dict[str, Any]) -> tuple[str, Any] | None:
    with host().write(visitor(queue)) as work:
        question = f"{data['subject']} {data['text']}"
        found = knowledge.suggest(work, queue.company_id, question)
        if not found:
            return None
        keys = [one.id for one in found]
        return str(knowledge.note_shown(work, queue.company_id, queue.id, keys)), found


def _take(queue: Queue, data: dict[str, Any], files: list[File], shown: str) -> None:
    with host().write(visitor(queue)) as work:
        admit(work, counted(f"ask:{queue.id}", _address())[:1])
        email = data["email"].casefold()
        new = NewTicket(
            subject=data["subject"],
            queue_id=queue.id,
            channel=Channel.FORM,
            kind=Kind.COMPLAINT if data["complaint"] else Kind.QUESTION,
            party_id=party_of(work, queue.company_id, email),
            email=email,
            contact=data["name"],
        )
        ticket, _is_new = open_ticket(work, queue.company_id, new)
        entry = Entry(
            direction=Direction.INBOUND,
            text=data["text"],
            author=data["name"],
            email=email,
            files=files,
        )
        add_entry(work, ticket, entry)
        find_again(work, ticket)
        if shown_id := _id(shown):
            knowledge.note_outcome(work, queue.company_id, shown_id, ticket_id=ticket.id)
        if may_acknowledge(work, ticket):
            answer_by_itself(work, ticket, acknowledgement(ticket))


def _files() -> list[File]:
    """What was sent along, bounded as the request itself is. Raise Invalid for too many."""
    found = []
    for one in request.files.getlist("files"):
        content = one.stream.read(LARGEST_FILE_BYTES + 1) if one.filename else b""
        if content:
            name = safe_name(one.filename or "")
            found.append(File(name=name, media_type=one.mimetype[:120], content=content))
    if len(found) > _MOST_FILES:
        raise Invalid(_("At most %(n)s files can be sent along.", n=_MOST_FILES))
    return found


@public.post("/help/<slug>/solved")
@requires(PUBLIC)
def solved(slug: str) -> ResponseReturnValue:
    """An article answered it: the question is not sent."""
    with host().write(visitor()) as work:
        queue = _queue(work, slug)
        if shown_id := _id(request.form.get("shown", "")):
            knowledge.note_outcome(work, queue.company_id, shown_id)
    flash(_("Good that it helped. Your question was not sent."), "done")
    return redirect(url_for(".articles", slug=slug), 303)


@public.get("/help/<slug>/sent")
@requires(PUBLIC)
def sent(slug: str) -> ResponseReturnValue:
    with host().read(visitor()) as work:
        queue = _queue(work, slug)
    return render_template("service/sent.html", queue=queue)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _address() -> str:
    return request.remote_addr or ""
