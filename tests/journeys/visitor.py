"""A person with a browser: keeps cookies, opens pages, sends the forms that a page really shows, follows redirects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import ClientResponse, ClientSession, CookieJar, FormData, TCPConnector
from yarl import URL

from tests.fediverse import Fediverse
from tests.journeys.pages import Form, Page

PASSWORD = "correct horse battery"
MOST_REDIRECTS = 5
NAVIGATION = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "User-Agent": "A browser for tests"}
File = tuple[str, bytes]
"""A file's name and its bytes."""


class Visitor:
    """Somebody at one server. Close it at the end."""

    def __init__(self, url: str, *, username: str = "", connector: TCPConnector | None = None) -> None:
        self.url = URL(url)
        self.host = url.partition("://")[2]
        self.username = username
        self._session = ClientSession(connector=connector or TCPConnector(), cookie_jar=CookieJar(unsafe=True))

    @classmethod
    def at(cls, fediverse: Fediverse, name: str, username: str = "") -> Visitor:
        """Somebody at https://NAME.test."""
        connector = TCPConnector(ssl=fediverse.trusting, resolver=fediverse.names, use_dns_cache=False)
        return cls(f"https://{name}.test", username=username, connector=connector)

    @property
    def handle(self) -> str:
        """How people elsewhere write them."""
        return f"@{self.username}@{self.host}"

    async def close(self) -> None:
        await self._session.close()

    async def fetch(self, path: str, **headers: str) -> tuple[int, str, bytes]:
        """Get anything; return its status, content type and bytes, without following redirects."""
        sent = NAVIGATION | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.get(self.url.join(URL(path)), headers=sent, allow_redirects=False) as response:
            return response.status, response.content_type, await response.read()

    async def get(self, path: str) -> Page:
        """Open a page."""
        async with self._session.get(self.url.join(URL(path)), headers=NAVIGATION, allow_redirects=False) as response:
            return await self._shown(response)

    async def submit(
        self, page: Page, action: str, *, press: str = "", files: Sequence[File] = (), **typed: str | None
    ) -> Page:
        """Fill in and send the form on a page that goes to ``action``, and see what comes of it."""
        return await self.send(page.form(action), dict(typed), press=press, files=files)

    async def send(
        self, form: Form, typed: dict[str, str | None] | None = None, *, press: str = "", files: Sequence[File] = ()
    ) -> Page:
        """Fill in and send a form."""
        fields = form.filled(typed or {})
        button = form.button(press)
        if button is not None and button.name:
            fields.append((button.name, button.value))
        target = self.url.join(URL(form.action))
        if form.method != "post":
            return await self.get(str(target.with_query(fields)))
        data = FormData(fields, default_to_multipart=form.multipart)
        assert form.multipart or not files, "this form takes no files"
        for name, content in files:
            data.add_field("files" if "files" in form.names else "avatar", content, filename=name)
        headers = NAVIGATION | {"Origin": str(self.url.origin()), "Sec-Fetch-Site": "same-origin"}
        async with self._session.post(target, data=data, headers=headers, allow_redirects=False) as response:
            return await self._shown(response)

    async def sign_in(self, password: str = PASSWORD) -> Page:
        """Sign in to an account that is there already."""
        page = await self.submit(await self.get("/sign-in"), "/sign-in", username=self.username, password=password)
        assert page.status == 200, page.text
        return page

    async def press(self, path: str, action: str) -> Page:
        """Open a page and press the one button of a form on it."""
        return await self.submit(await self.get(path), action)

    async def find(self, what: str) -> Page:
        """Type something into the search."""
        return await self.submit(await self.get("/search"), "/search", q=what)

    async def follow(self, handle: str) -> Page:
        """Search somebody and press Follow."""
        return await self.submit(await self.find(handle), "follow")

    async def post(
        self,
        caption: str,
        photos: Sequence[File],
        *,
        descriptions: Sequence[str] = (),
        begin: str = "/new",
        **typed: str | None,
    ) -> Page:
        """Upload photos, describe them, and post; ``begin`` is the way into the composer."""
        page = await self.submit(await self.get(begin), "/new", press="add", files=photos)
        form = page.form("/new")
        cards = [value for name, value in form.fields if name == "photo"]
        assert len(cards) == len(photos), page.text
        said = dict(zip((f"description-{card}" for card in cards), descriptions, strict=False))
        posted = await self.send(form, {"caption": caption, **said, **typed}, press="post-anyway" * (not said))
        assert posted.address.startswith("/p/"), posted.text
        return posted

    async def comment(self, path: str, text: str) -> Page:
        """Write a comment below a post; return the comment's own page."""
        page = await self.submit(await self.get(path), "comment", caption=text)
        assert page.status == 200, page.text
        return await self.get(f"/p/{page.address.rpartition('#comment-')[2]}")

    async def _shown(self, response: ClientResponse, *, left: int = MOST_REDIRECTS) -> Page:
        if response.status in (301, 302, 303, 307, 308):
            assert left, "redirected for ever"
            assert response.status == 303 or response.method == "GET", "a form that a redirect would send again"
            goal = response.url.join(URL(response.headers["Location"], encoded=True))
            assert goal.origin() == self.url.origin(), f"sent away to {goal}"
            async with self._session.get(goal, headers=NAVIGATION, allow_redirects=False) as following:
                page = await self._shown(following, left=left - 1)
                page.address += f"#{goal.fragment}" * bool(goal.fragment)
                return page
        body = await response.read()
        return Page(response.status, response.url.raw_path_qs, body.decode())


async def first_run(fediverse: Fediverse, name: str, username: str) -> Visitor:
    """Open a server's first page with its token and become its admin."""
    visitor = Visitor.at(fediverse, name, username)
    page = await visitor.get("/")
    assert page.address == "/setup"
    who: dict[str, Any] = {"token": f"setup-{name}", "username": username, "password": PASSWORD}
    page = await visitor.submit(page, "/setup", **who)
    assert (page.status, page.address) == (200, "/"), page.text
    return visitor


async def sign_up(fediverse: Fediverse, name: str, username: str, *, path: str = "/sign-up") -> Visitor:
    """Make an account on a server that lets people in."""
    visitor = Visitor.at(fediverse, name, username)
    page = await visitor.submit(await visitor.get(path), "/sign-up", username=username, password=PASSWORD)
    assert (page.status, page.address) == (200, "/"), page.text
    return visitor
