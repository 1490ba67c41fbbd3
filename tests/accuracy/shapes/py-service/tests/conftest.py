import pytest


@pytest.fixture
def key() -> bytes:
    return bytes(range(32))
