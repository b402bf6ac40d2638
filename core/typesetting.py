"""Documents on paper, set by typst: every character is one a font can show, or is told.

PDF/A-2u, since that level refuses a character no font can show: a name never turns into boxes
unseen. The text's own font and digits come with typst; Thai and Chinese need fonts of the system.
Where these are missing, such characters stand as their code points, and the paper says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

#: How typst names a character no font has, in an error of PDF/A.
_UNSHOWN = re.compile(r"the text `\"((?:[^\"\\]|\\.)+)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
#: A page of errors names some characters; the next one the others.
_TURNS = 50


@dataclass(frozen=True, slots=True)
class Typeset:
    pdf: bytes
    #: Characters that no font had, set as their code points.
    unshown: frozenset[str]


def typeset(template: bytes, said: Mapping[str, Any], fonts: Any) -> Typeset:
    """``template`` reads ``said`` as JSON, and ``unshown`` where it has to explain itself."""
    from typst import TypstError  # noqa: PLC0415 - 60 MB that only a paper needs

    text, unshown = json.dumps(said, ensure_ascii=False), frozenset[str]()
    for _turn in range(_TURNS):
        shown = "".join(_code_point(one) if one in unshown else one for one in text)
        try:
            return Typeset(_compiled(template, shown, fonts, hint=bool(unshown)), unshown)
        except TypstError as error:
            more = _characters(error.diagnostic) - unshown
            if not more:
                raise
            unshown |= more
    raise RuntimeError("the fonts of this machine show too little")


@cache
def system_fonts() -> Any:
    """Looked for once: a system may have hundreds."""
    from typst import Fonts  # noqa: PLC0415 - as above

    return Fonts()


def unshown_of(text: str) -> frozenset[str]:
    """Characters of ``text`` no font of this machine has."""
    return typeset(b"#json(bytes(sys.inputs.said)).text", {"text": text}, system_fonts()).unshown


def _compiled(template: bytes, said: str, fonts: Any, *, hint: bool) -> bytes:
    from typst import Compiler  # noqa: PLC0415 - as above

    compiler: Any = Compiler(font_paths=fonts)
    inputs = {"said": said, "unshown": "1" if hint else ""}
    made = compiler.compile(input=template, format="pdf", sys_inputs=inputs, pdf_standards="a-2u")
    return bytes(made)


def _characters(diagnostic: str) -> frozenset[str]:
    found = _UNSHOWN.findall(diagnostic)
    plain = [_ESCAPED.sub(lambda match: chr(int(match[1], 16)), one) for one in found]
    return frozenset(character for one in plain for character in one)


def _code_point(character: str) -> str:
    return f"‹U+{ord(character):04X}›"
