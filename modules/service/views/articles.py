"""The knowledge base as those see it who write it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.web.columns import link, made, moment, number, state
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from modules.service import words
from modules.service.models import Article
from modules.service.rules.prose import blocks
from modules.service.services import knowledge
from modules.service.views.blueprint import READ, WRITE, blueprint
from modules.service.views.forms import ArticleForm

NEW = Action(title=_l("New article"), endpoint="service_pages.new_article", permission=WRITE)


def _helped(row: Row[Any]) -> str:
    """The share, and of how many: two judgements are no share."""
    said = row.helpful + row.unhelpful
    if not said:
        return "–"
    return _("%(helped)s of %(said)s", helped=row.helpful, said=said)


LIST = ListPage(
    title=_l("Articles"),
    listing=knowledge.ARTICLES,
    search=_l("Words of the article"),
    columns=(
        link("title", _l("Article"), to="service_pages.article"),
        state("state", _l("State"), words.ARTICLES),
        number("published_version", _l("Version")),
        made("helpful", _l("Helped"), _helped),
        moment("updated_at", _l("Changed")),
    ),
    facets=(Facet("state", _l("State"), choices=labels(words.ARTICLES)),),
    create=NEW,
    empty=Empty(
        _l("Answers to what many ask. Published, they stand on the public page of a queue."), NEW
    ),
)


@blueprint.get("/articles/")
@requires(READ)
def articles() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/articles/<uuid:key>")
@requires(READ)
def article(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Article, key)
        kept = knowledge.versions(work, key)
    published = next((one for one in kept if one.number == found.published_version), None)
    changed = published is None or (published.title, published.body) != (found.title, found.body)
    return render_template(
        "service/article.html",
        article=found,
        blocks=blocks(found.body),
        versions=kept,
        changed=changed,
        words=words,
        crumbs=[_tickets(), _articles(), (found.title, "")],
    )


def _tickets() -> tuple[str, str]:
    return _("Tickets"), url_for(".index")


def _articles() -> tuple[str, str]:
    return _("Articles"), url_for(".articles")


@blueprint.route("/articles/new", methods=["GET", "POST"])
@requires(WRITE)
def new_article() -> ResponseReturnValue:
    title, back = _("New article"), url_for(".articles")
    if request.method == "GET":
        form = Form(ArticleForm(), path=[_tickets(), _articles()])
        return form_page(form, title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            key = knowledge.write_article(work, data).id
        return url_for(".article", key=key)

    return submit(Form.sent(ArticleForm(), request.form), save, title=title, back=back)


@blueprint.route("/articles/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit_article(key: UUID) -> ResponseReturnValue:
    now = _stored(key)
    title, back = _("Edit the article"), url_for(".article", key=key)
    if request.method == "GET":
        return form_page(Form(ArticleForm(), now.values, now.version), title=title, back=back)
    form = Form.sent(ArticleForm(), request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            knowledge.change_article(work, key, data, version=form.version)
        return back

    return submit(form, save, title=title, back=back, fresh=lambda: _stored(key))


def _stored(key: UUID) -> Stored:
    with reading() as work:
        found = fetch(work, Article, key)
    return Stored({"title": found.title, "body": found.body}, found.version)


@blueprint.post("/articles/<uuid:key>/publish")
@requires(WRITE)
def publish_article(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        number = knowledge.publish(work, key).published_version
    flash(_("Version %(n)s is published.", n=number), "done")
    return redirect(url_for(".article", key=key), 303)


@blueprint.post("/articles/<uuid:key>/withdraw")
@requires(WRITE)
def withdraw_article(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        knowledge.withdraw(work, key)
    flash(_("Nobody finds the article any more. Publishing shows it again."), "done")
    return redirect(url_for(".article", key=key), 303)


@blueprint.post("/articles/<uuid:key>/versions/<int:number>/bring-back")
@requires(WRITE)
def bring_article_back(key: UUID, number: int) -> ResponseReturnValue:
    with writing() as work:
        knowledge.bring_back(work, key, number)
    flash(_("Version %(n)s is being edited again. Publish it to show it.", n=number), "done")
    return redirect(url_for(".article", key=key), 303)
