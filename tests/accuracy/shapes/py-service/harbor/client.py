"""HTTP client of the harbor service."""
import httpx

from harbor.errors import HarborError


class Client:
    def __init__(self, base: str, token: str, timeout: float = 10.0) -> None:
        self._http = httpx.Client(base_url=base, timeout=timeout, headers={"Authorization": f"Bearer {token}"})

    def berth(self, ship: str) -> int:
        r = self._http.get(f"/ships/{ship}")
        if r.status_code == 404:
            raise HarborError(f"no ship {ship}")
        r.raise_for_status()
        return int(r.json()["berth"])
