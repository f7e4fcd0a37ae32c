"""Into the dashboard as a person comes in: a user is made, the form is filled in, the cookie is kept."""

import asyncio
import re
import time
from secrets import token_urlsafe

import httpx

from deploy import users
from schemas.errors import StopWorker
from schemas.runtime.settings import MongoSettings

WITHIN_S = 90
"""A dashboard looks now and then whether there are users yet."""
XSRF = re.compile(r'name="_xsrf" value="([^"]+)"')


async def enter(http: httpx.AsyncClient, settings: MongoSettings) -> str:
    """Log in as a user that is made for this once; the `Cookie` header of it. Raises StopWorker where the form refuses."""
    name, password = f"judge-{token_urlsafe(4).lower().replace('_', '-')}", token_urlsafe(16)
    await users.add(settings, name, "viewer", "pt_BR", password)
    ends = time.monotonic() + WITHIN_S
    while (form := XSRF.search((shown := await http.get("/login")).text)) is None:
        if time.monotonic() > ends:
            raise StopWorker(f"the dashboard's /login shows no form ({shown.status_code})")
        await asyncio.sleep(1)
    answer = await http.post("/login", data={"_xsrf": form[1], "name": name, "password": password})
    if answer.status_code != httpx.codes.FOUND:
        raise StopWorker(f"the dashboard answers the right password with {answer.status_code}")
    return "; ".join(f"{one.name}={one.value}" for one in http.cookies.jar)
