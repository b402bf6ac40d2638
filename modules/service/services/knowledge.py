"""Articles: written, published, found, and judged by their readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select, update

from core import search
from core.api.listing import Listing
from core.clock import utcnow
from core.companies import fetch, home
from core.errors import Invalid, NotFound, RuleBroken
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.service.kinds import ARTICLE
from modules.service.models import Article, ArticleState, ArticleVersion, Deflection
from modules.service.rules.asking import best, terms

#: Articles shown to somebody who is about to ask, and on a public page.
_FEW, _MANY = 3, 100
#: The search keeps so many letters of one text.
_PIECE = 480
_LONGEST = 100_000


def write_article(work: UnitOfWork, values: Mapping[str, Any]) -> Article:
    article = Article(company_id=home(work), **_clean(values))
    work.session.add(article)
    work.session.flush()
    _find_again(work, article)
    return article


def change_article(
    work: UnitOfWork, key: UUID, values: Mapping[str, Any], *, version: int | None = None
) -> Article:
    """What is published stays as it is until it is published again."""
    article = fetch(work, Article, key, lock=True)
    check_version(article, version)
    for name, value in _clean(values).items():
        setattr(article, name, value)
    work.session.flush()
    _find_again(work, article)
    return article


def _clean(values: Mapping[str, Any]) -> dict[str, str]:
    tidy = {"title": " ".join(values["title"].split()), "body": values["body"].strip()[:_LONGEST]}
    if wrong := {name: _("Fill this in.") for name, text in tidy.items() if not text}:
        raise Invalid(_("Please look at the marked fields."), fields=wrong)
    return tidy


def publish(work: UnitOfWork, key: UUID) -> Article:
    """Keep what is written now as the next version, and show it."""
    article = fetch(work, Article, key, lock=True)
    newest = _version(work, article)
    if newest is None or (newest.title, newest.body) != (article.title, article.body):
        number = (newest.number if newest else 0) + 1
        kept = ArticleVersion(
            article_id=article.id,
            number=number,
            title=article.title,
            body=article.body,
            author=work.actor.name,
        )
        work.session.add(kept)
        article.published_version = number
    article.state = ArticleState.PUBLISHED
    work.session.flush()
    return article


def withdraw(work: UnitOfWork, key: UUID) -> Article:
    """Readers do not find it any more; publishing shows it again."""
    article = fetch(work, Article, key, lock=True)
    if article.state is not ArticleState.PUBLISHED:
        raise RuleBroken(_("Only an article that is published can be withdrawn."))
    article.state = ArticleState.WITHDRAWN
    work.session.flush()
    return article


def versions(work: UnitOfWork, key: UUID) -> Sequence[ArticleVersion]:
    """Newest first."""
    kept = select(ArticleVersion).where(ArticleVersion.article_id == key)
    return work.session.scalars(kept.order_by(ArticleVersion.number.desc()).limit(100)).all()


def bring_back(work: UnitOfWork, key: UUID, number: int) -> Article:
    """Put an earlier version's words into what is being written."""
    article = fetch(work, Article, key, lock=True)
    same = ArticleVersion.article_id == key, ArticleVersion.number == number
    kept = work.session.scalar(select(ArticleVersion).where(*same))
    if kept is None:
        raise NotFound(_("There is no such version."))
    article.title, article.body = kept.title, kept.body
    work.session.flush()
    _find_again(work, article)
    return article


def _version(work: UnitOfWork, article: Article) -> ArticleVersion | None:
    newest = select(ArticleVersion).where(ArticleVersion.article_id == article.id)
    return work.session.scalar(newest.order_by(ArticleVersion.number.desc()).limit(1))


def _find_again(work: UnitOfWork, article: Article) -> None:
    pieces = [article.body[at : at + _PIECE] for at in range(0, len(article.body), _PIECE)]
    search.put(work.session, ARTICLE, {article.id: [article.title, *pieces]})


# For readers outside.

_SHOWN = Article.state == ArticleState.PUBLISHED
_CURRENT = and_(
    ArticleVersion.article_id == Article.id, ArticleVersion.number == Article.published_version
)


@dataclass(frozen=True, slots=True)
class PublicArticle:
    """As it was published last."""

    id: UUID
    title: str
    body: str
    published_at: datetime


def read_public(work: UnitOfWork, company_id: UUID, key: UUID) -> PublicArticle:
    """Raise NotFound unless it is published."""
    found = _public(work, company_id, Article.id == key)
    if not found:
        raise NotFound(_("There is no such article."))
    return found[0]


def find_public(work: UnitOfWork, company_id: UUID, text: str) -> Sequence[PublicArticle]:
    """All by title, or those in which every word is found."""
    if not text.strip():
        return _public(work, company_id)
    return _public(work, company_id, Article.id.in_(search.matching(ARTICLE, text)))


def _public(
    work: UnitOfWork, company_id: UUID, *conditions: ColumnElement[bool]
) -> list[PublicArticle]:
    columns = (Article.id, ArticleVersion.title, ArticleVersion.body, ArticleVersion.published_at)
    shown = select(*columns).join(ArticleVersion, _CURRENT)
    wanted = shown.where(Article.company_id == company_id, _SHOWN, *conditions)
    rows = work.session.execute(wanted.order_by(ArticleVersion.title, Article.id).limit(_MANY))
    return [PublicArticle(*row) for row in rows]


def suggest(work: UnitOfWork, company_id: UUID, question: str) -> Sequence[PublicArticle]:
    """Articles that may answer the question, the likeliest first."""
    wanted = terms(search.words(question[:2_000]))
    public = Article.company_id == company_id, _SHOWN
    hits = [
        work.session.scalars(
            select(Article.id).where(*public, Article.id.in_(search.matching(ARTICLE, term)))
        ).all()
        for term in wanted
    ]
    chosen = best(hits, _FEW)
    by_id = {one.id: one for one in _public(work, company_id, Article.id.in_(chosen))}
    return [by_id[key] for key in chosen if key in by_id]


def judge(work: UnitOfWork, company_id: UUID, key: UUID, *, helped: bool) -> None:
    """A reader says whether it helped."""
    read_public(work, company_id, key)
    column = Article.helpful if helped else Article.unhelpful
    work.session.execute(
        # Past the version: readers do not make a form stale that somebody edits it in.
        update(Article)
        .where(Article.id == key)
        .values({column: column + 1, Article.updated_at: Article.updated_at}),
        execution_options={"synchronize_session": False},
    )


def note_shown(
    work: UnitOfWork, company_id: UUID, queue_id: UUID, articles: Sequence[UUID]
) -> UUID:
    shown = Deflection(
        company_id=company_id, queue_id=queue_id, articles=[str(key) for key in articles]
    )
    work.session.add(shown)
    work.session.flush()
    return shown.id


def note_outcome(
    work: UnitOfWork, company_id: UUID, key: UUID, *, ticket_id: UUID | None = None
) -> None:
    """An article answered it, or the question was sent all the same; only the first word counts."""
    open_ = (
        Deflection.id == key,
        Deflection.company_id == company_id,
        Deflection.solved_at.is_(None),
        Deflection.ticket_id.is_(None),
    )
    values = {"ticket_id": ticket_id} if ticket_id else {"solved_at": utcnow()}
    work.session.execute(
        update(Deflection).where(*open_).values(values),
        execution_options={"synchronize_session": False},
    )


@dataclass(frozen=True, slots=True)
class Deflected:
    """Of those who were shown articles: who said they were helped, and who asked all the same."""

    shown: int
    solved: int
    asked: int


def deflected(work: UnitOfWork, company_ids: Sequence[UUID], days: int = 30) -> Deflected:
    since = utcnow() - timedelta(days=days)
    columns = (
        func.count(),
        func.count(case((Deflection.solved_at.is_not(None), 1))),
        func.count(Deflection.ticket_id),
    )
    counted = select(*columns).where(
        Deflection.company_id.in_(company_ids), Deflection.shown_at >= since
    )
    return Deflected(*work.session.execute(counted).one())


ARTICLES = Listing(
    name="articles",
    statement=select(
        Article.id,
        Article.title,
        Article.body,
        Article.state,
        Article.published_version,
        Article.helpful,
        Article.unhelpful,
        Article.created_at,
        Article.updated_at,
        Article.version,
    ),
    sorts={"title": Article.title, "updated_at": Article.updated_at},
    default="title",
    filters={"state": Article.state},
    search=lambda text: Article.id.in_(search.matching(ARTICLE, text)),
)
