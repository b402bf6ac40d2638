"""The knowledge base: articles with their versions, and whether they spared a question."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Editable, Owned, Record
from core.db.types import Choice


class ArticleState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Article(Owned, Editable, Record):
    """``title`` and ``body`` are what is being written; readers get the published version."""

    __tablename__ = "service_article"
    __table_args__ = (
        Index("ix_service_article_title_id", "title", "id"),
        Index("ix_service_article_updated_at_id", "updated_at", "id"),
    )
    __journal__: ClassVar[tuple[str, ...]] = ("title", "state", "published_version")

    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    state: Mapped[ArticleState] = mapped_column(Choice(ArticleState), default=ArticleState.DRAFT)
    published_version: Mapped[int | None]
    helpful: Mapped[int] = mapped_column(default=0)
    unhelpful: Mapped[int] = mapped_column(default=0)


class ArticleVersion(Record):
    """As it was published; never changed."""

    __tablename__ = "service_article_version"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    article_id: Mapped[UUID] = mapped_column(ForeignKey("service_article.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    author: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(default=utcnow)


class Deflection(Owned, Record):
    """Somebody was about to ask and was shown articles: did they still ask?"""

    __tablename__ = "service_deflection"
    __table_args__ = (Index("ix_service_deflection_shown_at", "shown_at"),)

    queue_id: Mapped[UUID] = mapped_column(ForeignKey("service_queue.id"))
    #: Ids of the articles, as strings.
    articles: Mapped[list[Any]]
    shown_at: Mapped[datetime] = mapped_column(default=utcnow)
    #: They said that an article answered it, or sent the question all the same.
    solved_at: Mapped[datetime | None]
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_ticket.id"))
