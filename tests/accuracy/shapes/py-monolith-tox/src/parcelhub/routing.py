"""Which depot a parcel goes to next."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Leg:
    origin: str
    target: str
    minutes: int


class NoRoute(LookupError):
    """There is no chain of legs between the two depots."""


def shortest(legs: list[Leg], origin: str, target: str) -> list[str]:
    best: dict[str, tuple[int, list[str]]] = {origin: (0, [origin])}
    todo = [origin]
    while todo:
        here = min(todo, key=lambda d: best[d][0])
        todo.remove(here)
        if here == target:
            return best[here][1]
        for leg in legs:
            if leg.origin != here:
                continue
            cost = best[here][0] + leg.minutes
            if leg.target not in best or cost < best[leg.target][0]:
                best[leg.target] = (cost, best[here][1] + [leg.target])
                todo.append(leg.target)
    raise NoRoute(f"{origin} to {target}")
