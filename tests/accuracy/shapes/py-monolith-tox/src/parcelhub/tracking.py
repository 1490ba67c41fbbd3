"""Numbers of parcels and what happened to them."""
from __future__ import annotations

import requests

EVENTS = ("accepted", "sorted", "loaded", "delivered")


def check_digit(number: str) -> int:
    total = sum(int(c) * (3 if i % 2 == 0 else 1) for i, c in enumerate(number))
    return (10 - total % 10) % 10


def valid(number: str) -> bool:
    return number.isdigit() and len(number) == 12 and check_digit(number[:-1]) == int(number[-1])


def fetch_events(base: str, number: str) -> list[str]:
    answer = requests.get(f"{base}/parcels/{number}/events", timeout=5)
    answer.raise_for_status()
    return [e["kind"] for e in answer.json() if e["kind"] in EVENTS]
