import secrets

from fastapi import Header, HTTPException
from passlib.context import CryptContext

pwd = CryptContext(schemes=["bcrypt"], bcrypt__rounds=12)
sessions: dict[str, str] = {}


def hash_password(plain: str) -> str:
    return pwd.hash(plain)


def login(user: str, plain: str, stored: str) -> str:
    if not pwd.verify(plain, stored):
        raise HTTPException(401)
    token = secrets.token_urlsafe(32)
    sessions[token] = user
    return token


def current_user(authorization: str = Header()) -> str:
    user = sessions.get(authorization.removeprefix("Bearer "))
    if user is None:
        raise HTTPException(401)
    return user
