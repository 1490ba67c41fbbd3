from datetime import datetime

import pytest

from lanternapi.booking import Booking, Clash, Halls


def at(h: int) -> datetime:
    return datetime(2026, 5, 1, h)


def b(start: int, end: int, hall: str = "North") -> Booking:
    return Booking(hall=hall, start=at(start), end=at(end))


def test_numbers_grow():
    halls = Halls()
    assert halls.add(b(9, 10), "ada") == 1
    assert halls.add(b(10, 11), "ada") == 2


@pytest.mark.parametrize("start,end", [(8, 10), (9, 10), (9, 12), (10, 11)])
def test_overlap(start, end):
    halls = Halls()
    halls.add(b(9, 11), "ada")
    with pytest.raises(Clash, match="North is taken"):
        halls.add(b(start, end), "bob")


def test_other_hall():
    halls = Halls()
    halls.add(b(9, 11), "ada")
    assert halls.add(b(9, 11, "South"), "bob") == 2


def test_only_the_owner_cancels():
    halls = Halls()
    n = halls.add(b(9, 11), "ada")
    assert halls.cancel(n, "bob") is False
    assert halls.cancel(n, "ada") is True
    assert halls.cancel(n, "ada") is False
