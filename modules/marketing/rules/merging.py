"""Merge fields: ``{{ first_name }}``, ``{{ loyalty.tier | default("none yet") }}``.

Templates are Jinja's, of which only showing and asking is left: no loop, no call, nothing that
takes time or reaches anywhere. A field nobody has, and a person who lacks one, is found before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from core.errors import Invalid
from core.web.i18n import gettext as _

#: What every party has, or may have.
OWN = ("name", "first_name", "company")
_FILTERS = ("default", "d", "upper", "lower", "capitalize", "title", "trim")
_DEFAULTS = frozenset({"default", "d"})
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.Filter,
    nodes.If,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Keyword,
)
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Fields:
    """Names used; without ``needed`` ones a mail has a hole, the others have a default."""

    needed: frozenset[str]
    optional: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.needed | self.optional


class MissingField(Invalid):
    """The person has no value for a field that has no default."""

    code = "marketing.missing_field"


def _environment(*, html: bool) -> SandboxedEnvironment:
    made = SandboxedEnvironment(autoescape=html, undefined=StrictUndefined, cache_size=200)
    made.filters = {name: made.filters[name] for name in _FILTERS}
    made.globals.clear()
    return made


_TEXT, _HTML = _environment(html=False), _environment(html=True)


@lru_cache(maxsize=256)
def fields(source: str) -> Fields:
    """Raise Invalid, saying where, for what is no template or more than one may do."""
    if len(source) > _LONGEST:
        raise Invalid(_("This is too long for a mail."))
    try:
        tree = _TEXT.parse(source)
    except (TemplateSyntaxError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise Invalid(_("Line %(line)d: %(words)s", line=line, words=str(error))) from error
    needed: set[str] = set()
    optional: set[str] = set()
    _walk(tree, needed, optional, known=frozenset())
    return Fields(frozenset(needed), frozenset(optional - needed))


def render(source: str, values: Mapping[str, Any], *, html: bool = False) -> str:
    """``values`` by name, ``loyalty.tier`` too; None is none. Raise MissingField."""
    context: dict[str, Any] = {}
    for name in fields(source).all:
        module, _dot, _rest = name.partition(".")
        if _dot:
            context.setdefault(module, {})
    for name, value in values.items():
        _put(context, name, value)
    try:
        return _compiled(source, html=html).render(context)
    except TemplateError as error:
        raise MissingField(str(error)) from error


@lru_cache(maxsize=256)  # thousands of people read the same message
def _compiled(source: str, *, html: bool) -> Template:
    return (_HTML if html else _TEXT).from_string(source)


def _put(context: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        return
    module, dot, rest = name.partition(".")
    if dot:
        context.setdefault(module, {})[rest] = value
    else:
        context[name] = value


def _walk(node: nodes.Node, needed: set[str], optional: set[str], *, known: frozenset[str]) -> None:
    """``known`` are the fields an ``if`` around this has asked for already."""
    if not isinstance(node, _ALLOWED) or _reaches_into(node):
        problem = _(
            "Line %(line)d: only fields, their defaults and “if” may stand in a mail.",
            line=node.lineno,
        )
        raise Invalid(problem)
    if (name := _name(node)) is not None:
        (optional if name in known else needed).add(name)
        return
    if isinstance(node, nodes.Filter):
        _filter(node, needed, optional, known=known)
    elif isinstance(node, nodes.If):
        asked = frozenset(_asked(node.test))
        optional |= asked
        for part in (*node.body, *node.elif_, *node.else_):
            _walk(part, needed, optional, known=known | asked)
    else:
        for part in node.iter_child_nodes():
            _walk(part, needed, optional, known=known)


def _reaches_into(node: nodes.Node) -> bool:
    """Deeper than a module and its trait, or at what Python hides."""
    if not isinstance(node, nodes.Getattr):
        return False
    return not isinstance(node.node, nodes.Name) or node.attr.startswith("_")


def _filter(
    node: nodes.Filter, needed: set[str], optional: set[str], *, known: frozenset[str]
) -> None:
    if node.name not in _FILTERS:
        raise Invalid(
            _("Line %(line)d: there is no filter “%(name)s”.", line=node.lineno, name=node.name)
        )
    inside = frozenset(_asked(node.node)) if node.name in _DEFAULTS and node.node else frozenset()
    for part in node.iter_child_nodes():
        _walk(part, needed, optional, known=known | inside)


def _asked(node: nodes.Node | None) -> list[str]:
    if node is None:
        return []
    needed: set[str] = set()
    optional: set[str] = set()
    _walk(node, needed, optional, known=frozenset())
    return [*needed, *optional]


def _name(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return None
