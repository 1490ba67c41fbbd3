import pytest
from fastapi import HTTPException

from lanternapi import auth


def test_login_and_user():
    stored = auth.hash_password("correct horse")
    token = auth.login("ada", "correct horse", stored)
    assert auth.current_user(f"Bearer {token}") == "ada"


def test_wrong_password():
    stored = auth.hash_password("correct horse")
    with pytest.raises(HTTPException) as e:
        auth.login("ada", "battery staple", stored)
    assert e.value.status_code == 401


def test_unknown_token():
    with pytest.raises(HTTPException):
        auth.current_user("Bearer nope")
