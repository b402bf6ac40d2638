"""HTML of strangers made text: nothing of it is ever shown as HTML again."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from typing_extensions import override

_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math"})
_LINES = frozenset(
    {"p", "div", "br", "tr", "table", "ul", "ol", "li", "blockquote", "pre", "hr", "section"}
    | {f"h{n}" for n in range(1, 7)}
)
_BLANKS = re.compile(r"[ \t\xa0]+")
_MANY_LINES = re.compile(r"\n{3,}")
#: Of a mail's HTML; what is behind is left out.
_MOST = 1_000_000


def text_of(html: str) -> str:
    """The words of ``html``, links with their addresses, quotes marked by ``>``."""
    reader = _Reader()
    reader.feed(html[:_MOST])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._skipped = 0
        self._quoted = 0
        self._link = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipped += 1
        if tag == "blockquote":
            self._quoted += 1
        if tag in _LINES:
            self._break()
        if tag == "li":
            self._parts.append("- ")
        if tag == "a":
            self._link = dict(attrs).get("href") or ""

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
        if tag == "a":
            self._name_link()
        if tag in _LINES - {"br"}:
            self._break()

    @override
    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._parts.append(_BLANKS.sub(" ", data.replace("\n", " ").replace("\r", " ")))

    def text(self) -> str:
        lines = (line.strip() for line in "".join(self._parts).split("\n"))
        return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()

    def _break(self) -> None:
        self._parts.append("\n" + "> " * min(self._quoted, 3))

    def _name_link(self) -> None:
        """The address behind the words, where it is one to the web and not what they say."""
        link, self._link = self._link.strip(), ""
        if link.startswith(("http://", "https://")) and link not in "".join(self._parts[-2:]):
            self._parts.append(f" ({link[:500]})")
