"""CPU time of any process, and turns: what is compared is measured side by side.

CPU time hardly depends on what else the machine does, and turns let both sides meet the same load.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

Work = Callable[[], object]
#: Seconds, from whatever clock.
Clock = Callable[[], float]


def cpu_clock(*pids: int) -> Clock:
    """CPU seconds of these processes together, their threads included; to the nanosecond.

    The kernel's number for a process's clock is what clock_getcpuclockid(3) makes of its pid.
    """
    clocks = [(~pid << 3) | 2 for pid in pids]
    return lambda: sum(time.clock_gettime_ns(clock) for clock in clocks) / 1e9


def own_and(*pids: int) -> Clock:
    """CPU time of this process and of others, say a database's."""
    others = cpu_clock(*pids)
    return lambda: time.process_time() + others()


def spent(clock: Clock, work: Work) -> float:
    before = clock()
    work()
    return clock() - before


Turns = dict[str, list[float]]


def in_turns(clock: Clock, sides: Mapping[str, Work], *, turns: int) -> Turns:
    """What each side spent in each turn; the order is reversed every time."""
    found: Turns = {name: [] for name in sides}
    for turn in range(turns):
        for name in list(sides)[:: -1 if turn % 2 else 1]:
            found[name].append(spent(clock, sides[name]))
    return found


def ratio(turns: Turns, name: str, beside: str) -> float:
    return least(turns[name]) / least(turns[beside])


def least(times: Sequence[float]) -> float:
    """The quickest turn: what else the machine does can only add to it."""
    return min(times)
