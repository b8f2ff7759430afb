"""Is it really you? Asked before what cannot be taken back."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.accounts.passwords import password_matches
from rossgram_fed.accounts.queries import user_by_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.web.forms import Form
from rossgram_fed.web.sessions import Viewer
from rossgram_fed.web.throttle import Limit, count_try, forget_tries

PASSWORD_TRIES = Limit("password:account", tries=5, minutes=15)


async def check_own_password(request: web.Request, viewer: Viewer, form: Form, *, name: str, password: str) -> None:
    """Note an error unless this is the viewer's password; guessing is as slow as at sign-in."""
    instance = request.app[INSTANCE]
    await count_try(instance, PASSWORD_TRIES, subject=viewer.username)
    user = await user_by_id(instance.database, viewer.user_id)
    if user is None or not await password_matches(password, user.password_hash):
        form.error(name, "This is not your password.")
        return
    await forget_tries(instance, PASSWORD_TRIES, subject=viewer.username)
