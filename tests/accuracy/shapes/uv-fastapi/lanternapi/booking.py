from datetime import datetime

from pydantic import BaseModel


class Booking(BaseModel):
    hall: str
    start: datetime
    end: datetime


class Clash(Exception):
    pass


class Halls:
    def __init__(self) -> None:
        self._all: dict[int, tuple[Booking, str]] = {}
        self._next = 1

    def add(self, new: Booking, user: str) -> int:
        if new.end <= new.start:
            raise Clash("ends before it starts")
        for old, _ in self._all.values():
            if old.hall == new.hall and old.start < new.end and new.start < old.end:
                raise Clash(f"{new.hall} is taken")
        number, self._next = self._next, self._next + 1
        self._all[number] = (new, user)
        return number

    def cancel(self, number: int, user: str) -> bool:
        if number not in self._all or self._all[number][1] != user:
            return False
        del self._all[number]
        return True
