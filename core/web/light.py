"""The sync light in the top line: one colour and a few words, from whoever knows the sync."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flask import Flask, current_app

from core.actor import Actor
from core.requests import host
from core.work import UnitOfWork


class Tone(StrEnum):
    """Colours with a meaning; everything else is grey."""

    GREY = "grey"
    BLUE = "blue"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """``words`` says what the colour means, for those who do not see it: "2 orders wait".

    ``banner`` stands above every page while it is not empty: "No worker runs"; ``act`` are the
    words of a link behind it to ``endpoint``; '' shows the banner alone. ``bell`` is the endpoint
    of what ``alerts`` counts; '' shows no bell.
    """

    tone: Tone
    words: str
    endpoint: str
    banner: str = ""
    act: str = ""
    bell: str = ""
    alerts: int = 0


#: Answers None where there is nothing to say, or nothing to this person.
AskLight = Callable[[UnitOfWork], Light | None]

_KEY = "tandem.light"


def hang_light(app: Flask, ask: AskLight) -> None:
    """Called once at start by the package that knows; without it the frame shows no light."""
    app.extensions[_KEY] = ask


def ask_light(actor: Actor) -> Light | None:
    ask: AskLight | None = current_app.extensions.get(_KEY)
    if ask is None:
        return None
    with host().read(actor) as work:
        return ask(work)
