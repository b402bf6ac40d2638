"""Routes that learn to write their addresses when somebody first asks for one.

Werkzeug compiles two functions for every route as it is added: nine tenths of what an application
costs to make, and most routes of a process are read only. Reading them is as before.
"""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import override
from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]


class Route(Rule):
    @override
    def _compile_builder(self, append_unknown: bool = True) -> Build:
        known: list[Build] = []

        def build(route: Route, **values: str) -> tuple[str, str]:
            if not known:
                known.append(super()._compile_builder(append_unknown))
            return known[0](route, **values)

        return build
