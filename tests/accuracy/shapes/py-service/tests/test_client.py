import httpx
import pytest

from harbor.client import Client
from harbor.errors import HarborError


def client_for(handler) -> Client:
    c = Client("http://test", "t")
    c._http = httpx.Client(base_url="http://test", transport=httpx.MockTransport(handler))
    return c


def test_berth():
    assert client_for(lambda r: httpx.Response(200, json={"berth": 7})).berth("ada") == 7


def test_unknown_ship():
    with pytest.raises(HarborError, match="no ship ada"):
        client_for(lambda r: httpx.Response(404)).berth("ada")


def test_server_error():
    with pytest.raises(httpx.HTTPStatusError):
        client_for(lambda r: httpx.Response(500)).berth("ada")
