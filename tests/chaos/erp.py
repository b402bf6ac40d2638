"""A scripted ERP over HTTP: JSON in and out, and trouble as its script says.

In a test's own process, or as one of its own: ``python -m tests.chaos.erp FILE``, which says its
port in one line. ``POST /<kind>/<verb>`` takes and answers lists; ``POST /script`` replaces the
script: ``{"seed": 7, "odds": [{"chance": 0.1, "status": 500, "done": true}, ...]}``.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Lock, Thread
from typing import Any

from typing_extensions import override

from tests.chaos.ledger import TOKEN, Json, Ledger, Refused

#: Verbs by which a client changes something: only these are troubled by the dice.
WRITES = frozenset({"upsert", "draft", "create", "confirm", "discard", "cancel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the ERP says instead of its answer. ``done``: it did the work all the same.

    ``status`` 0 is none at all: it hangs up. ``body`` is sent ``times`` over. With ``late_s`` the
    work is done so much after it hung up, whoever has meanwhile concluded that it was not.
    """

    status: int = 0
    done: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    times: int = 1
    late_s: float | None = None

    @property
    def name(self) -> str:
        if self.late_s is not None:
            return "late"
        return f"{self.status or 'no answer'}{' after' if self.done else ''}"


#: Asked with kind and verb of each request; None lets the ERP speak.
Script = Callable[[str], Answer | None]


def truthful(_request: str) -> None:
    """The script of an ERP that works."""


@dataclass(slots=True)
class Saying:
    """``answer`` to the first ``times`` requests for ``path`` (``order/draft``); None is all."""

    answer: Answer
    path: str
    times: int | None = 1

    def __call__(self, request: str) -> Answer | None:
        if self.times == 0 or request != self.path:
            return None
        if self.times is not None:
            self.times -= 1
        return self.answer


class Dice:
    """Each writing request draws; the same seed gives the same row of draws."""

    def __init__(self, seed: int, odds: Sequence[tuple[float, Answer]]) -> None:
        self._random = Random(seed)  # noqa: S311 - dice, no secret
        self._odds = odds
        self._lock = Lock()

    def __call__(self, request: str) -> Answer | None:
        if request.partition("/")[2] not in WRITES:
            return None
        with self._lock:
            drawn = self._random.random()
        for chance, answer in self._odds:
            if drawn < chance:
                return answer
            drawn -= chance
        return None


def script_as_json(seed: int, odds: Sequence[tuple[float, Answer]]) -> Json:
    """What ``POST /script`` takes."""
    rows = [[chance, asdict(answer) | {"body": answer.body.decode()}] for chance, answer in odds]
    return {"seed": seed, "odds": rows}


def _script_of(given: Json) -> Script:
    return Dice(given["seed"], [(chance, _answer_of(row)) for chance, row in given["odds"]])


def _answer_of(row: Mapping[str, Any]) -> Answer:
    headers = tuple((name, value) for name, value in row["headers"])
    return Answer(**{**row, "body": row["body"].encode(), "headers": headers})


@dataclass
class ScriptedErp:
    """Listens on a free port until ``close``. ``said`` counts what the script had it say."""

    ledger: Ledger
    script: Script = truthful
    token: str = TOKEN
    said: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    #: Its answers have no length: they end where the connection does.
    unmeasured: bool = False

    def __post_init__(self) -> None:
        handler = type("Handler", (_Handler,), {"erp": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.ledger.close()

    def perform(self, path: str, asked: Any) -> Any:
        """What the request asks for, done and committed."""
        kind, _, verb = path.partition("/")
        if verb in WRITES or verb == "product":
            with self.ledger.transaction():
                return [self._one(verb, item) for item in asked["items"]]
        if verb == "find":
            return self.ledger.find(asked["references"])
        if verb == "read":
            return self.ledger.read(kind, asked["ids"])
        if verb == "ids":
            return self.ledger.ids(kind, asked["after"], asked["limit"])
        return self.ledger.changed(kind, asked["after"], asked["limit"])

    def perform_late(self, path: str, asked: Any, after_s: float) -> None:
        def wait() -> None:
            time.sleep(after_s)
            self.perform(path, asked)

        Thread(target=wait, daemon=True).start()

    def _one(self, verb: str, item: Any) -> Json:
        try:
            answer: Json = getattr(self.ledger, verb)(item)
        except Refused as refusal:
            return refusal.told
        return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    erp: ScriptedErp

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        text = self.rfile.read(length)
        if len(text) < length:  # the client is gone, and it asked for nothing
            return
        asked = json.loads(text)
        path = self.path.strip("/")
        self.erp.heard[path] += 1
        if self.headers.get("Authorization") != f"Bearer {self.erp.token}":
            self._say(Answer(status=401, body=b"who are you?"))
        elif path == "script":
            self.erp.script = _script_of(asked)
            self._answer({"heard": self.erp.heard, "said": self.erp.said})
        elif (answer := self.erp.script(path)) is None:
            self._answer(self.erp.perform(path, asked))
        else:
            self._instead(answer, path, asked)

    def _instead(self, answer: Answer, path: str, asked: Any) -> None:
        self.erp.said[answer.name] += 1
        if answer.late_s is not None:
            self.erp.perform_late(path, asked, answer.late_s)
        elif answer.done:
            self.erp.perform(path, asked)
        if answer.status:
            self._say(answer)
        else:
            self.close_connection = True

    def _answer(self, found: object) -> None:
        kind = ("Content-Type", "application/json")
        self._say(Answer(status=200, headers=(kind,), body=json.dumps(found).encode()))

    def _say(self, answer: Answer) -> None:
        try:
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if self.erp.unmeasured:
                self.close_connection = True
            else:
                self.send_header("Content-Length", str(len(answer.body) * answer.times))
            self.end_headers()
            for _ in range(answer.times):
                self.wfile.write(answer.body)
        except OSError:  # the client has given up
            self.close_connection = True

    @override
    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    @override
    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


@contextmanager
def scripted_erp(file: Path, script: Script = truthful) -> Iterator[ScriptedErp]:
    erp = ScriptedErp(Ledger(file), script)
    try:
        yield erp
    finally:
        erp.close()


def main() -> None:
    with scripted_erp(Path(sys.argv[1])) as erp:
        sys.stdout.write(f"{erp.port}\n")
        sys.stdout.flush()
        sys.stdin.read()  # until whoever started it is gone


if __name__ == "__main__":
    main()
