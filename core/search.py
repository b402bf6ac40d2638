"""Search by what a person would type: any part of a name in any script, accents or not.

Every word is indexed with its tails, so that "the word begins with" finds any part of it:
``somchai`` also as ``omchai``, ``mchai``, ``chai``, ``hai``. One rule serves Latin, Thai (no spaces
between words) and Chinese (names of one or two characters), on SQLite (FTS5) and on PostgreSQL
(a tsvector under a GIN index) alike, without extensions. Both get finished words from here: neither
database's own idea of a word takes part.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Dialect,
    Index,
    Integer,
    Select,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    delete,
    false,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from core.db.base import Base
from core.db.upsert import insert_into

#: Letters that Unicode does not take apart into a plain letter and a mark.
_PLAIN = str.maketrans({"đ": "d", "ð": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i"})
#: The marks of Latin, Greek and Cyrillic. Those of Thai and the scripts of India are letters to
#: their readers and stay.
_MARKS = re.compile("[\u0300-\u036f]")
#: Inside a word, and nobody types them: apostrophes, soft hyphen, joiners.
_SILENT = re.compile("['’ʼ`\u00ad\u200c\u200d\ufeff]")
_ASCII_WORD = re.compile("[a-z0-9]+")
#: Scripts that write words without spaces, where a part may be as short as one character.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
#: Shortest tail that is kept of a word of other scripts: few look for the last two letters.
_SHORTEST = 3
#: Letters of a tail that count, of a text, and words of a query: what bounds size and effort.
_LONGEST = 24
_TEXT = 500
_QUERY_WORDS = 8


def fold(text: str) -> str:
    """``text`` as it is compared: without case, accents and variants of width."""
    plain = _SILENT.sub("", text).casefold()
    if plain.isascii():
        return plain
    apart = unicodedata.normalize("NFKD", plain)
    # Korean syllables and Japanese voiced sounds belong together again.
    return unicodedata.normalize("NFC", _MARKS.sub("", apart)).translate(_PLAIN)


def words(text: str) -> list[str]:
    """The folded words of ``text``: letters, digits and the marks that belong to them."""
    folded = fold(text)
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in folded)
    return kept.split()


def index_words(texts: Iterable[str]) -> list[str]:
    """What is stored for a record: every word of its texts with its tails, sorted."""
    return sorted({t for text in texts for word in words(text[:_TEXT]) for t in _tails(word)})


def _tails(word: str) -> Iterator[str]:
    yield word[:_LONGEST]
    for start in range(1, len(word)):
        if _UNSPACED.match(word[start]):
            if not unicodedata.category(word[start]).startswith("M"):
                yield word[start : start + _LONGEST]
        elif len(word) - start >= _SHORTEST:
            yield word[start : start + _LONGEST]


class Words(TypeDecorator[Sequence[str]]):
    """Finished words: text for FTS5, a tsvector on PostgreSQL. Written, never read back."""

    impl = Text
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = postgresql.TSVECTOR() if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    @override
    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str:
        if dialect.name == "postgresql":
            # Words hold letters, marks and digits only: there is no quote to escape.
            return " ".join(f"'{word}'" for word in value or ())
        return " ".join(value or ())


class SearchEntry(Base):
    """What one record is found by. On SQLite triggers keep ``fts_search`` in step with it."""

    __tablename__ = "core_search"
    __table_args__ = (
        # The record first: an index by entity would tempt SQLite to walk through all of them.
        UniqueConstraint("record_id", "entity"),
        # Without fastupdate: a list of pending words would be read by every search.
        Index(
            "ix_core_search_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            info={"only": "postgresql"},
        ).ddl_if(dialect="postgresql"),
    )

    #: FTS5 ties its words to a whole number.
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    entity: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[UUID]
    words: Mapped[Sequence[str]] = mapped_column(Words)


def put(session: Session, entity: str, texts: Mapping[UUID, Iterable[str]]) -> None:
    """Let the records be found by these texts, in this transaction; in bulk, as many as there are.

    ``entity`` is the name of the record's kind: ``contacts.party``.
    """
    rows = [
        {"entity": entity, "record_id": key, "words": index_words(said)}
        for key, said in texts.items()
    ]
    if not rows:
        return
    statement = insert_into(SearchEntry, session)
    fresh = statement.excluded.words
    statement = statement.on_conflict_do_update(
        index_elements=["entity", "record_id"],
        set_={"words": fresh},
        where=SearchEntry.words.is_distinct_from(fresh),
    )
    session.connection().execute(statement, rows)


def remove(session: Session, entity: str, keys: Sequence[UUID]) -> None:
    session.execute(
        delete(SearchEntry).where(SearchEntry.entity == entity, SearchEntry.record_id.in_(keys))
    )


def matching(entity: str, query: str) -> Select[UUID]:
    """The ids of the records in which every word of ``query`` is found.

    To be used as ``Model.id.in_(matching(...))``. A query without a letter or digit finds nothing.
    """
    wanted = words(query)[:_QUERY_WORDS]
    found = _found(literal(wanted, Wanted())) if wanted else false()
    hits = (
        select(SearchEntry.record_id)
        .where(SearchEntry.entity == entity, found)
        .cte(f"hits_{entity.replace('.', '_')}")
    )
    # Found once and then looked up: a planner that expects many hits would rather walk through the
    # whole list in its order, and for a name from its end that takes a second.
    return select(hits.prefix_with("MATERIALIZED").c.record_id)


class Wanted(TypeDecorator[Sequence[str]]):
    """Words that all must begin some word of a record, in the language of either database.

    Words hold letters, marks and digits only: there is no quote or operator to escape.
    """

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str:
        if dialect.name == "postgresql":
            return " & ".join(_either(word, "'{}':*", " | ") for word in value or ())
        return " AND ".join(_either(word, '"{}"*', " OR ") for word in value or ())


def _either(word: str, begins: str, or_: str) -> str:
    return "(" + or_.join(begins.format(form) for form in _forms(word)) + ")"


def _forms(word: str) -> list[str]:
    """A number dialled with a leading zero may be stored with its country's code instead."""
    word = word[:_LONGEST]
    national = word.lstrip("0") if word.isdigit() else ""
    return [word, national] if national and national != word else [word]


class _found(FunctionElement[bool]):  # noqa: N801 - a function of SQL
    """Whether the row of ``core_search`` at hand has the wanted words."""

    type = Boolean()
    inherit_cache = True

    @override
    def self_group(self, against: OperatorType | None = None) -> Self:
        # Else SQLite is asked whether it "= 1", which no index answers.
        return self


@compiles(_found, "sqlite")
def _by_fts5(element: _found, compiler: SQLCompiler, **options: Any) -> str:
    wanted = compiler.process(element.clauses, **options)
    return f"core_search.id IN (SELECT rowid FROM fts_search WHERE fts_search MATCH {wanted})"  # noqa: S608 - a bound parameter


@compiles(_found, "postgresql")
def _by_tsvector(element: _found, compiler: SQLCompiler, **options: Any) -> str:
    return f"core_search.words @@ CAST({compiler.process(element.clauses, **options)} AS tsquery)"
