"""What became of the orders, counted in the ERP: none lost, none twice, none out of order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.chaos.customers import Placed
from tests.chaos.ledger import Deed

CONFIRMING = frozenset({"confirm", "create"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds; None is not judged, since the machine is not ours alone."""

    recovery_p99_s: float | None = None
    calm_wait_p95_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is counted; None where nothing was measured."""

    orders: int
    #: Orders Tandem said yes to, and new names of customers, that never arrived.
    lost: int
    duplicates: int
    out_of_order: int
    #: From a blow to the confirmation, for every order that was under way when it fell.
    recovery_s: Mapping[str, float | None]
    #: From Tandem's yes to the draft, in an ERP nothing happens to.
    calm_wait_p95_s: float | None
    #: Drafts of ours that are still over there; the sweep discards them later.
    strays: int
    #: Customers whose new name waits, visibly, for a person to choose.
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of ``build/chaos.json``."""

    part: str
    seed: int
    kills: int
    faults: Mapping[str, int]
    figures: Figures
    limits: Limits
    #: Answers of Tandem's API that say "our fault": one is too many.
    api_500: int
    seconds: float
    #: Of the machine, on average: how many processes wanted to run at a time.
    load: float
    #: Of every order that went wrong: its attempts, and the ERP's records.
    words: Sequence[str]

    @property
    def ok(self) -> bool:
        figures, limits = self.figures, self.limits
        wrong = figures.lost + figures.duplicates + figures.out_of_order + self.api_500
        return (
            wrong == 0
            and _within(figures.recovery_s["p99"], limits.recovery_p99_s)
            and _within(figures.calm_wait_p95_s, limits.calm_wait_p95_s)
        )

    @property
    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        figures, limits = told.pop("figures"), told.pop("limits")
        points = sum(self.faults.values())
        return {**told, **figures, "points": points, "limits_s": limits, "ok": self.ok}


@dataclass(frozen=True, slots=True)
class Count:
    """The deeds of an ERP, by our reference."""

    by_reference: Mapping[str, Sequence[Deed]]

    @classmethod
    def of(cls, deeds: Sequence[Deed]) -> Count:
        found: dict[str, list[Deed]] = defaultdict(list)
        for deed in deeds:
            found[deed.reference].append(deed)
        return cls(found)

    def confirmed(self, reference: str) -> list[str]:
        """Records of the ERP; more than one is one too many."""
        deeds = self.by_reference.get(reference, ())
        return sorted({deed.record for deed in deeds if deed.verb in CONFIRMING})

    def confirmed_at(self, reference: str) -> float | None:
        deeds = self.by_reference.get(reference, ())
        return next((deed.at for deed in deeds if deed.verb in CONFIRMING), None)

    def first_at(self, reference: str) -> float | None:
        deeds = self.by_reference.get(reference, ())
        return deeds[0].at if deeds else None

    def lost(self, placed: Sequence[Placed]) -> list[Placed]:
        return [order for order in placed if not self.confirmed(order.reference)]

    def doubled(self) -> list[str]:
        """References, also of orders nobody remembers to have placed."""
        return [key for key in self.by_reference if len(self.confirmed(key)) > 1]

    def lost_names(self, renamed: Mapping[str, str]) -> list[str]:
        """New names of parties that are not what the ERP heard last."""
        deeds = [deed for rows in self.by_reference.values() for deed in rows]
        heard = {deed.record: deed.note for deed in deeds if deed.verb == "upsert"}
        return sorted(set(renamed.values()) - set(heard.values()))

    def strays(self) -> list[Deed]:
        """Drafts that are neither confirmed nor gone."""
        deeds = [deed for rows in self.by_reference.values() for deed in rows]
        over = {deed.record for deed in deeds if deed.verb != "draft"}
        return [deed for deed in deeds if deed.verb == "draft" and deed.record not in over]

    def out_of_order(self) -> list[str]:
        """References with deeds after an end, or with an older content over a newer one."""
        return [key for key, deeds in self.by_reference.items() if not _in_order(deeds)]

    def recoveries(self, placed: Sequence[Placed], struck_at: Sequence[float]) -> list[float]:
        """For each blow, and each order that was under way when it fell: how long it then took."""
        found = []
        for order in placed:
            confirmed_at = self.confirmed_at(order.reference)
            if confirmed_at is not None:
                found += [
                    confirmed_at - moment
                    for moment in struck_at
                    if order.accepted_at <= moment < confirmed_at
                ]
        return found

    def waits(self, placed: Sequence[Placed]) -> list[float]:
        """From our yes to the ERP's first deed."""
        firsts = [(order, self.first_at(order.reference)) for order in placed]
        return [max(0.0, at - order.accepted_at) for order, at in firsts if at is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Orders Tandem said yes to, beside the deeds of both ERPs: the struck one and the calm one."""

    placed: Sequence[Placed]
    #: The last new name of each party; of ``asked`` others a person is asked what stands.
    renamed: Mapping[str, str]
    asked: int
    count: Count
    placed_calm: Sequence[Placed]
    calm: Count
    struck_at: Sequence[float]

    @property
    def figures(self) -> Figures:
        recoveries = self.count.recoveries(self.placed, self.struck_at)
        return Figures(
            orders=len(self.placed) + len(self.placed_calm),
            lost=len(self._lost) + len(self.count.lost_names(self.renamed)),
            duplicates=sum(len(count.confirmed(key)) - 1 for count, key in self._doubled),
            out_of_order=len(self.count.out_of_order()),
            recovery_s={
                "p50": percentile(recoveries, 0.5),
                "p99": percentile(recoveries, 0.99),
            },
            calm_wait_p95_s=percentile(self.calm.waits(self.placed_calm), 0.95),
            strays=len(self.count.strays()),
            asked=self.asked,
        )

    @property
    def problems(self) -> list[str]:
        """References to ask witnesses about."""
        doubled = [key for _, key in self._doubled]
        names = self.count.lost_names(self.renamed)
        lost = [order.reference for order in self._lost]
        return [*lost, *doubled, *self.count.out_of_order(), *names]

    @property
    def _lost(self) -> list[Placed]:
        return self.count.lost(self.placed) + self.calm.lost(self.placed_calm)

    @property
    def _doubled(self) -> list[tuple[Count, str]]:
        return [(count, key) for count in (self.count, self.calm) for key in count.doubled()]


def _within(measured: float | None, limit: float | None) -> bool:
    return limit is None or measured is None or measured <= limit


def _in_order(deeds: Sequence[Deed]) -> bool:
    ended: set[str] = set()
    for deed in deeds:
        if deed.record in ended:
            return False
        if deed.verb in {"discard", "cancel"}:
            ended.add(deed.record)
    names = [deed.note.rpartition(" v")[2] for deed in deeds if deed.verb == "upsert"]
    versions = [int(name) for name in names if name.isdigit()]
    return versions == sorted(versions)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that ``share`` of them do not exceed."""
    if not values:
        return None
    ranked = sorted(values)
    return round(ranked[min(len(ranked) - 1, int(share * len(ranked)))], 3)
