from fastapi import Depends, FastAPI, HTTPException

from lanternapi.auth import current_user
from lanternapi.booking import Booking, Clash, Halls

app = FastAPI(title="Lantern")
halls = Halls()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/bookings", status_code=201)
def book(booking: Booking, user: str = Depends(current_user)) -> dict[str, int]:
    try:
        return {"id": halls.add(booking, user)}
    except Clash as e:
        raise HTTPException(409, str(e)) from e


@app.delete("/bookings/{number}", status_code=204)
def cancel(number: int, user: str = Depends(current_user)) -> None:
    if not halls.cancel(number, user):
        raise HTTPException(404)
