"""Into the dashboard as a person comes in: a user is made, the form is filled in, the cookie is kept."""

import re
from secrets import token_urlsafe

import httpx

from deploy import users
from schemas.errors import StopWorker
from schemas.runtime.settings import MongoSettings

XSRF = re.compile(r'name="_xsrf" value="([^"]+)"')


async def enter(http: httpx.AsyncClient, settings: MongoSettings) -> str:
    """Log in as a user that is made for this once; the `Cookie` header of it. Raises StopWorker where the form refuses."""
    name, password = f"judge-{token_urlsafe(4).lower().replace('_', '-')}", token_urlsafe(16)
    await users.add(settings, name, "viewer", "pt_BR", password)
    form = XSRF.search((await http.get("/login")).text)
    if form is None:
        raise StopWorker("the dashboard's /login shows no form")
    answer = await http.post("/login", data={"_xsrf": form[1], "name": name, "password": password})
    if answer.status_code != httpx.codes.FOUND:
        raise StopWorker(f"the dashboard answers the right password with {answer.status_code}")
    return "; ".join(f"{one.name}={one.value}" for one in http.cookies.jar)
