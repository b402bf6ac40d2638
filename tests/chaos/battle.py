"""One part of the chaos: real processes, orders, blows, and the count afterwards."""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import mean
from threading import Thread

from core.config import Settings
from core.sync.egress import LOOPBACK
from tests.chaos import targets
from tests.chaos.customers import Api, Crowd, NoAnswer
from tests.chaos.erp import Answer
from tests.chaos.ground import Database, Ground, prepared
from tests.chaos.processes import Cluster, frozen, running, wait
from tests.chaos.proxy import Proxy
from tests.chaos.storm import KILLS, Blow, Stroke, Weather, script
from tests.chaos.targets import Scripted, Target
from tests.chaos.toxics import Dice, Toxic, unspoilt
from tests.chaos.verdict import Count, Evidence, Limits, Row
from tests.chaos.witnesses import asked, testimony

STORMY, CALM = "Stormy ERP", "Calm ERP"
#: Blows after which somebody has to take over what others had in their hands.
_STRIKES_US = frozenset({*KILLS, Blow.PAUSE, Blow.DATABASE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """``target`` makes the ERP in a folder; ``beside`` are workers besides ``tandem run``'s own."""

    name: str
    database: Callable[[Path], AbstractContextManager[Database]]
    target: Callable[[Path], AbstractContextManager[Target]]
    weather: Weather
    wire: Mapping[Toxic, float] = field(default_factory=dict)
    answers: Sequence[tuple[float, Answer]] = ()
    beside: int = 2
    every_s: float = 0.15
    renames: float = 0.0
    #: How many orders go to an ERP nothing happens to, meanwhile.
    calm_orders: int = 0
    #: Then it is over, however many orders and blows there are still to come.
    lasts_s: float = 3_600.0
    #: The longest the last orders may take once the storm is over.
    drains_within_s: float = 300.0
    limits: Limits = field(default_factory=Limits)


@dataclass
class Battle:
    part: Part
    seed: int
    database: Database
    target: Target
    proxy: Proxy
    cluster: Cluster
    struck_at: list[float] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    loads: list[float] = field(default_factory=list)

    def run(self, crowds: Sequence[Crowd], ground: Ground) -> None:
        """Until all is ordered, all blows have fallen, and the ERP has every order."""
        strokes = script(self.seed, self.part.weather)
        self.target.trouble(self.seed, self.part.answers)
        self.proxy.script = Dice(self.seed, self.part.wire)
        for crowd in crowds:
            crowd.start()
        ends_at = time.monotonic() + self.part.lasts_s
        for stroke in strokes:
            if self._await(stroke, crowds[0], ends_at):
                self._strike(stroke)
                self.struck[str(stroke.blow)] += 1
        wait(lambda: all(crowd.is_done() for crowd in crowds), ends_at - time.monotonic())
        self.loads.append(os.getloadavg()[0])
        for crowd in crowds:
            crowd.over.set()
        self._wait_for_arrivals(crowds[0], ground)
        self._wait_for_the_late()

    def _wait_for_arrivals(self, crowd: Crowd, ground: Ground) -> None:
        """Or for a question to a person, which nothing but a person's answer ends."""

        def arrived() -> bool:
            count = Count.of(self.target.deeds())
            if count.lost(crowd.placed):
                return False
            missing = set(count.lost_names(crowd.renamed))
            late = {key for key, name in crowd.renamed.items() if name in missing}
            return not late or late <= asked(ground.host)

        wait(arrived, self.part.drains_within_s)

    @staticmethod
    def _await(stroke: Stroke, crowd: Crowd, ends_at: float) -> bool:
        """Whether it is time for it before the storm is over."""
        due = wait(
            lambda: len(crowd.placed) >= stroke.after_orders or crowd.is_done(),
            ends_at - time.monotonic(),
        )
        time.sleep(stroke.delay_s if due else 0)
        return due

    def _wait_for_the_late(self) -> None:
        """Requests the ERP still has in hand may make doubles: these count."""
        time.sleep(max((answer.late_s or 0 for _, answer in self.part.answers), default=0))
        self.proxy.script = unspoilt

    def _strike(self, stroke: Stroke) -> None:
        self.loads.append(os.getloadavg()[0])
        if stroke.blow in _STRIKES_US:
            self.struck_at.append(time.time())
        blows: Mapping[Blow, Callable[[], None]] = {
            Blow.WORKER: partial(self.cluster.kill_worker, stroke.pick),
            Blow.KEEPER: partial(self.cluster.kill_keeper, stroke.pick),
            Blow.WEB: partial(self.cluster.kill_web, stroke.pick),
            Blow.ALL: self.cluster.kill_all,
            Blow.PAUSE: partial(self.cluster.pause_worker, stroke.pick, stroke.lasts_s),
            Blow.DATABASE: self.database.strike,
            Blow.FREEZE: partial(self._for_a_while, partial(frozen, self.target.pid), stroke),
            Blow.DOWN: partial(self._for_a_while, self.proxy.down, stroke),
        }
        blows[stroke.blow]()

    @staticmethod
    def _for_a_while(trouble: Callable[[], AbstractContextManager[None]], stroke: Stroke) -> None:
        def last() -> None:
            with trouble():
                time.sleep(stroke.lasts_s)

        Thread(target=last).start()


def fight(part: Part, seed: int, folder: Path) -> Row:
    """Everything it needs is made in ``folder``, where the logs stay."""
    begun_at = time.monotonic()
    with ExitStack() as stack:
        database = stack.enter_context(part.database(folder))
        target = stack.enter_context(part.target(folder))
        proxy = stack.enter_context(Proxy(target.port, seed=seed))
        ground = stack.enter_context(_ground(database, folder))
        ground.connect(target.connector, STORMY, ground.stormy, **target.settings(proxy.url))
        calm = None
        if part.calm_orders:
            calm = stack.enter_context(targets.scripted(folder, "calm"))
            ground.connect("chaos", CALM, ground.calm, **calm.settings(_address(calm)))
        cluster = Cluster(
            ground.settings, ground.token, ground.installed, folder, beside=part.beside
        )
        battle = Battle(part, seed, database, target, proxy, cluster)
        with running(cluster):
            crowds = _crowds(part, seed, cluster)
            battle.run(crowds, ground)
        return _row(battle, crowds, calm, ground, seconds=time.monotonic() - begun_at)


@contextmanager
def _ground(database: Database, folder: Path) -> Iterator[Ground]:
    settings = Settings(
        data_dir=folder / "data",
        database_url=database.url,
        egress=LOOPBACK,
        port=_free_port(),
        web_workers=1,
    )
    with prepared(settings, folder) as ground:
        yield ground


def _address(target: Scripted) -> str:
    return f"http://127.0.0.1:{target.port}"


def _crowds(part: Part, seed: int, cluster: Cluster) -> list[Crowd]:
    """The first one's orders go to the ERP that is struck."""
    api = Api(cluster.url, cluster.token)
    stormy = _crowd(api, STORMY, seed)
    stormy.count, stormy.every_s = part.weather.orders, part.every_s
    stormy.renames = part.renames
    if part.calm_orders == 0:
        return [stormy]
    calm = _crowd(api, CALM, seed)
    calm.count, calm.callers = part.calm_orders, 1
    calm.every_s = part.every_s * part.weather.orders / part.calm_orders
    return [stormy, calm]


def _crowd(api: Api, source: str, seed: int) -> Crowd:
    """Customers of the connection, who order what Tandem has pulled from there."""
    found: dict[str, list[str]] = {}

    def is_open() -> bool:
        try:
            parties = api.get(f"/parties?source={source}&limit=50")["items"]
            products = api.get("/products?active=true&stocked=true&limit=50")["items"]
        except NoAnswer:
            return False
        found["parties"] = [party["id"] for party in parties]
        found["products"] = [one["sku"] for one in products if one["source"] == source]
        return all(found.values())

    assert wait(is_open, 120), f"nothing was pulled from {source}"
    return Crowd(api, source, found["parties"], found["products"][0], seed=seed)


def _row(
    battle: Battle, crowds: Sequence[Crowd], calm: Target | None, ground: Ground, *, seconds: float
) -> Row:
    part, stormy = battle.part, crowds[0]
    waiting = asked(ground.host) & stormy.renamed.keys()
    evidence = Evidence(
        placed=stormy.placed,
        renamed={key: name for key, name in stormy.renamed.items() if key not in waiting},
        asked=len(waiting),
        count=Count.of(battle.target.deeds()),
        placed_calm=[order for crowd in crowds[1:] for order in crowd.placed],
        calm=Count.of(calm.deeds() if calm else []),
        struck_at=battle.struck_at,
    )
    return Row(
        part=part.name,
        seed=battle.seed,
        kills=battle.cluster.killed,
        faults=dict(battle.struck + battle.proxy.spoilt + Counter(battle.target.said())),
        api_500=stormy.api.statuses[500],
        seconds=round(seconds, 1),
        load=round(mean(battle.loads), 1),
        words=testimony(ground.host, evidence.count, evidence.problems),
        figures=evidence.figures,
        limits=part.limits,
    )


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
