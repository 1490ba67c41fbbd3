"""Sealed boxes for manifests."""
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROUNDS = 600_000


def derive(password: bytes, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password, salt, ROUNDS)


def seal(key: bytes, text: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, text, None)


def same(a: bytes, b: bytes) -> bool:
    return hmac.compare_digest(a, b)
