import pytest

from parcelhub.routing import NoRoute, shortest


def test_goes_over_the_cheaper_depots(legs):
    assert shortest(legs, "A", "C") == ["A", "B", "C"]


def test_stays(legs):
    assert shortest(legs, "A", "A") == ["A"]


def test_no_way_back(legs):
    with pytest.raises(NoRoute, match="C to D"):
        shortest(legs, "C", "D")


@pytest.mark.slow
def test_long_chain():
    from parcelhub.routing import Leg

    legs = [Leg(str(i), str(i + 1), 1) for i in range(300)]
    assert len(shortest(legs, "0", "300")) == 301
