"""The timeline on a party's page, and what people add to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.api.listing import ListQuery
from core.requests import reading, writing
from core.security.guard import requires
from core.web import formats
from core.web.forms import Form, submit
from core.web.i18n import gettext as _
from core.work import OURSELVES
from modules.contacts import services
from modules.contacts.links import href_of
from modules.contacts.services.stories import Line, Story, read_story
from modules.contacts.services.whole import read_whole
from modules.contacts.views.blueprint import READ, WRITE, blueprint
from modules.contacts.views.forms import InteractionForm
from modules.contacts.words import icon_of

#: Lines a page shows before it is asked for more.
ON_PAGE = 20


@blueprint.get("/<uuid:key>/timeline")
@requires(READ)
def timeline(key: UUID) -> ResponseReturnValue:
    """The next lines for htmx; without script a page of its own."""
    query = ListQuery(limit=ON_PAGE, after=request.args.get("after"))
    with reading() as work:
        story = read_story(work, key, query)
        party = read_whole(work, key).party
    part = "HX-Request" in request.headers
    return render_template(
        "contacts/story_rows.html" if part else "contacts/story.html",
        party=party,
        items=items(story),
        next=story.next,
        crumbs=[
            (_("Contacts"), url_for(".index")),
            (party.name, url_for(".party", key=key)),
            (_("Timeline"), ""),
        ],
    )


@blueprint.post("/<uuid:key>/interactions")
@requires(WRITE)
def add_interaction(key: UUID) -> ResponseReturnValue:
    back = url_for(".party", key=key)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            services.add_interaction(work, key, data)  # type: ignore[arg-type]  # the schema's fields are InteractionFields
        return back

    form = Form.sent(InteractionForm(), request.form)
    return submit(form, save, title=_("Add to the timeline"), back=back, done=_("Noted."))


def items(story: Story) -> list[dict[str, Any]]:
    """As the timeline's macro shows them."""
    return [_item(line) for line in story.lines]


def _item(line: Line) -> dict[str, Any]:
    return {
        "at": line.happened_at,
        "title": line.title,
        "icon": icon_of(line.kind),
        "text": "\n".join(_paragraphs(line)),
        "href": href_of(line),
        "who": line.author if line.source == OURSELVES else line.source,
    }


def _paragraphs(line: Line) -> list[str]:
    found = [line.text] if line.text else []
    if line.outcome:
        found.append(_("Outcome: %(outcome)s", outcome=line.outcome))
    if line.next_step and line.next_on:
        day = formats.day(line.next_on)
        found.append(_("Next: %(step)s, %(day)s", step=line.next_step, day=day))
    elif line.next_step:
        found.append(_("Next: %(step)s", step=line.next_step))
    return found
