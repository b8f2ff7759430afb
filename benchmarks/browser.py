"""As much of a browser as it takes to sign in and send forms, over plain http to a server that lives behind a proxy."""

from __future__ import annotations

import re
from types import TracebackType
from urllib.parse import urlencode

from aiohttp import ClientSession, DummyCookieJar, FormData

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


class Browser:
    """Keeps cookies and form tokens by hand, since its cookies are for https only."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self._session = ClientSession(cookie_jar=DummyCookieJar())
        self._cookies: dict[str, str] = {}
        self._token = ""

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def sign_in(self, username: str, password: str) -> None:
        """Sign in, and open the composer for its token."""
        await self.open("/sign-in")
        if await self.submit("/sign-in", {"username": username, "password": password}) != 303:
            raise RuntimeError("Signing in failed.")
        await self.open("/new")

    async def submit(self, path: str, fields: dict[str, str]) -> int:
        """Send a form and return the status of the answer."""
        body = urlencode({"csrf": self._token, **fields})
        headers = {**self._headers(), "Content-Type": "application/x-www-form-urlencoded"}
        async with self._session.post(
            self._address + path, data=body, headers=headers, allow_redirects=False
        ) as answer:
            self._keep(answer.headers.getall("Set-Cookie", []))
            await answer.read()
            return answer.status

    async def upload(self, path: str, fields: dict[str, str], *, field: str, data: bytes) -> int:
        """Send a form with one file and return the status of the answer."""
        form = FormData({"csrf": self._token, **fields})
        form.add_field(field, data, filename="photo.jpg", content_type="image/jpeg")
        async with self._session.post(
            self._address + path, data=form, headers=self._headers(), allow_redirects=False
        ) as answer:
            await answer.read()
            return answer.status

    async def open(self, path: str) -> None:
        """Read a page, and keep its cookies and its form's token."""
        async with self._session.get(self._address + path, headers=self._headers()) as answer:
            self._keep(answer.headers.getall("Set-Cookie", []))
            found = _TOKEN.search(await answer.text())
            self._token = found.group(1) if found else ""

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {"Host": "bench.test", "Cookie": cookies}

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
