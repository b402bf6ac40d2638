"""From a template to what is read: paragraphs, links that lead by us, and the foot of a mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from markupsafe import Markup, escape

#: An address as it stands in a text; what ends a sentence is not part of it.
_BARE = re.compile(r"https?://[^\s<>\"'{}|\\^`]+[^\s<>\"'{}|\\^`.,;:!?)\]]")
_HREF = re.compile(r"(href\s*=\s*)([\"'])(https?://[^\"'{}\s]+)\2", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)

_PAGE = Markup(
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
    '<body style="margin:0;padding:24px 16px;background:#fff;color:#1f2937;'
    'font:16px/1.5 system-ui,sans-serif"><div style="max-width:600px;margin:0 auto">'
    "{content}</div></body></html>"
)
_FOOT = Markup(
    '<hr style="border:0;border-top:1px solid #d1d5db;margin:24px 0 12px">'
    '<p style="font-size:13px;color:#4b5563">{why} <a href="{unsubscribe}">{leave}</a> · '
    '<a href="{preferences}">{choose}</a><br>{postal}</p>{pixel}'
)
_PIXEL = Markup('<img src="{}" width="1" height="1" alt="">')


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """What stands below every mail, in the reader's words; ``pixel`` may be ''."""

    language: str
    why: str
    leave: str
    choose: str
    unsubscribe: str
    preferences: str
    postal: str
    pixel: str


def addresses(text: str, html: str) -> list[str]:
    """The fixed addresses a message leads to, each once, in order."""
    found = [*_BARE.findall(text), *(unescape(match[3]) for match in _HREF.finditer(html))]
    return list(dict.fromkeys(found))


def as_text(text: str, links: Mapping[str, str], foot: Foot) -> str:
    """``links`` maps an address to the one that leads by us."""
    body = _BARE.sub(lambda match: links.get(match[0], match[0]), text)
    below = (foot.why, f"{foot.leave}: {foot.unsubscribe}", f"{foot.choose}: {foot.preferences}")
    lines = (body.rstrip(), "", "-- ", *below, *foot.postal.splitlines())
    return "\n".join(lines) + "\n"


def as_html(html: str, links: Mapping[str, str], foot: Foot) -> str:
    """``html`` was written by an author; the foot comes before its end."""

    def lead(match: re.Match[str]) -> str:
        address = unescape(match[3])
        return f"{match[1]}{match[2]}{escape(links.get(address, address))}{match[2]}"

    body = _HREF.sub(lead, html)
    end = _BODY_END.search(body)
    if end is None:
        # S704: the author's own markup; what was merged into it was escaped there.
        return _PAGE.format(language=foot.language, content=Markup(body) + _below(foot))  # noqa: S704
    return body[: end.start()] + str(_below(foot)) + body[end.start() :]


def html_of(text: str, links: Mapping[str, str], foot: Foot) -> str:
    """For a message of text alone: its paragraphs, with its addresses to follow."""
    paragraphs = Markup().join(
        Markup("<p>{}</p>").format(_lines(part, links))
        for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    )
    return _PAGE.format(language=foot.language, content=paragraphs + _below(foot))


def with_utm(url: str, campaign: str, content: str) -> str:
    """``url`` says where its visitor comes from, unless its author said so."""
    parts = urlsplit(url)
    given = parse_qsl(parts.query, keep_blank_values=True)
    if any(name.startswith("utm_") for name, _value in given):
        return url
    given += [("utm_source", "tandem"), ("utm_medium", "email"), ("utm_campaign", campaign)]
    if content:
        given.append(("utm_content", content))
    return urlunsplit(parts._replace(query=urlencode(given)))


def _lines(part: str, links: Mapping[str, str]) -> Markup:
    return Markup("<br>").join(
        _linked(line, lambda url: links.get(url, url)) for line in part.split("\n")
    )


def _linked(line: str, lead: Callable[[str], str]) -> Markup:
    found, end = Markup(), 0
    for match in _BARE.finditer(line):
        found += escape(line[end : match.start()])
        found += Markup('<a href="{}">{}</a>').format(lead(match[0]), match[0])
        end = match.end()
    return found + escape(line[end:])


def _below(foot: Foot) -> Markup:
    return _FOOT.format(
        why=foot.why,
        unsubscribe=foot.unsubscribe,
        leave=foot.leave,
        preferences=foot.preferences,
        choose=foot.choose,
        postal=foot.postal,
        pixel=_PIXEL.format(foot.pixel) if foot.pixel else "",
    )
