import pytest

from parcelhub.routing import Leg


@pytest.fixture
def legs() -> list[Leg]:
    return [Leg("A", "B", 10), Leg("B", "C", 10), Leg("A", "C", 45), Leg("D", "A", 5)]
