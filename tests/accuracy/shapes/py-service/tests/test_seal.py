import pytest

from harbor.crypto.seal import ROUNDS, derive, same, seal


def test_sealed_text_differs_each_time(key):
    assert seal(key, b"cargo") != seal(key, b"cargo")
    assert len(seal(key, b"cargo")) == 12 + 5 + 16


def test_derive_is_stable():
    assert derive(b"pw", b"salt" * 4) == derive(b"pw", b"salt" * 4)
    assert len(derive(b"pw", b"salt" * 4)) == 32


def test_rounds():
    assert ROUNDS >= 600_000


@pytest.mark.parametrize("a, b, equal", [(b"x", b"x", True), (b"x", b"y", False), (b"", b"x", False)])
def test_same(a, b, equal):
    assert same(a, b) is equal
