"""Every form there is: refused without its token, from elsewhere and signed out; and never good for what is another's.

The lists are made from the table of routes, so a new form is held to this from its first day.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from rossgram_fed.models.posts import Visibility
from rossgram_fed.routes import FORMS, PAGES
from tests.security.house import HERE, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOR_VISITORS = {"/sign-in", "/sign-up", "/setup", "/interact"}
"""Forms for those who are not signed in."""
PATHS = [path for path, _ in FORMS]


def target(house: House, path: str) -> str:
    """The address of a form about something real of alice's or, among people, about alice."""
    thing = house.people["alice"].id if path.startswith("/accounts") else house.posts[Visibility.PUBLIC].id
    return re.sub(r"\{\w+\}", str(thing), path.replace("{queue}", "jobs"))


@pytest.mark.parametrize("path", PATHS)
async def test_a_form_needs_its_own_page(house: House, path: str) -> None:
    """Without token, with another's, with an empty one, or from another site a form does nothing, whoever sends it."""
    before, where = await house.counts(), target(house, path)
    good, another = house.csrf("alice"), house.csrf("carol")
    attacks: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"csrf": ""}, {}),
        ({"csrf": another}, {"Origin": HERE}),
        ({"csrf": good.upper()}, {"Origin": HERE}),
        ({"csrf": "\u00e9"}, {"Origin": HERE}),
        ({"csrf": good}, {"Origin": "https://evil.test"}),
        ({"csrf": good}, {"Origin": "null"}),
        ({"csrf": good}, {"Origin": "https://here.test.evil.test"}),
        ({"csrf": good}, {"Origin": "http://here.test"}),
        ({"csrf": good}, {"Origin": "https://here.test:8443"}),
        ({"csrf": good}, {"Sec_Fetch_Site": "cross-site"}),
        ({"csrf": good}, {"Sec_Fetch_Site": "same-site"}),
        ({"csrf": good}, {"Sec_Fetch_Site": "none", "Origin": HERE}),
    ]
    for fields, headers in attacks:
        answer = await house.ask(where, by="alice", method="POST", data=fields or b"", **headers)
        assert answer.status == 403, (fields, headers)
    for kind in ("text/plain", "application/json", "text/xml"):
        answer = await house.ask(
            where, by="alice", method="POST", data=f"csrf={good}".encode(), Origin=HERE, Content_Type=kind
        )
        assert answer.status == 415, kind
    in_the_address = await house.ask(f"{where}?csrf={good}", by="alice", method="POST", data=b"", Origin=HERE)
    assert in_the_address.status == 403
    for method in ("PUT", "PATCH", "DELETE", "GET"):
        answer = await house.ask(where, by="alice", method=method)
        assert answer.status in (200, 303, 400, 404, 405), method
    assert await house.counts() == before


@pytest.mark.parametrize("path", [path for path in PATHS if path not in FOR_VISITORS])
async def test_a_form_needs_somebody(house: House, path: str) -> None:
    """Signed out, with a token that holds, every form of a person leads to the sign-in page and changes nothing."""
    visitor = await house.ask("/sign-in")
    cookie = visitor.headers["Set-Cookie"].partition(";")[0]
    token = visitor.text.partition('name="csrf" value="')[2][:64]
    before = await house.counts()
    answer = await house.ask(
        target(house, path), method="POST", data={"csrf": token}, Origin=HERE, Cookie=cookie, Referer=f"{HERE}/p/1"
    )
    assert (answer.status, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in")
    assert await house.counts() == before


@pytest.mark.parametrize("path", [path for path, _ in (*FORMS, *PAGES) if path.startswith("/admin")])
async def test_only_admins_run_the_server(house: House, path: str) -> None:
    """Whoever does not run this server is refused by every page and every form for those who do."""
    before, where = await house.counts(), target(house, path)
    asked = await house.ask(where, by="carol")
    sent = await house.submit(where, by="carol")
    assert {asked.status, sent.status} <= {403, 404, 405}
    assert await house.counts() == before


async def test_a_cookie_that_was_no_session_is_none(house: House) -> None:
    """A cookie that somebody made up, that names a hash, or that is empty, is nobody's session."""
    stored = await house.value("SELECT token_hash FROM sessions LIMIT 1")
    for value in ("made-up", stored, "", "%00", "'; --", "x" * 5000):
        answer = await house.ask("/settings", Cookie=f"__Host-session={value}")
        assert answer.status == 303, value


async def _invite(house: House, who: str) -> int:
    assert (await house.submit("/settings/invites", by=who)).status == 200
    user = await house.value("SELECT id FROM users WHERE account_id = $1", house.people[who].id)
    return int(await house.value("SELECT MAX(id) FROM invites WHERE created_by_id = $1", user))


async def test_nobody_reaches_what_is_anothers(house: House) -> None:
    """Posts, photos, sessions, invitations and requests of somebody else are 404 to every form, and stay."""
    alice = house.people["alice"].id
    post = house.posts[Visibility.PUBLIC].id
    photo = house.photos[Visibility.PUBLIC]
    session = await house.value(
        "SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.account_id = $1", alice
    )
    invite = await _invite(house, "alice")
    before = await house.counts()
    edit = {"caption": "Mine now", "photo": str(photo), f"description-{photo}": "Mine now", "do": "post"}
    attempts: list[tuple[str, dict[str, Any]]] = [
        (f"/p/{post}/edit", edit),
        (f"/p/{post}/edit", {**edit, "do": f"remove {photo}"}),
        (f"/p/{post}/delete", {}),
        (f"/settings/sessions/{session}/end", {}),
        (f"/settings/invites/{invite}/withdraw", {}),
        (f"/accounts/{house.people['rick'].id}/accept", {}),
    ]
    for path, fields in attempts:
        answer = await house.submit(path, fields, by="carol")
        withdrawn = path.endswith("/withdraw")  # a second press on the button is no error
        assert answer.status == (303 if withdrawn else 404), path
    for verb in ("add", f"remove {photo}", f"earlier {photo}", "post-anyway"):
        answer = await house.submit("/new", {**edit, "do": verb}, by="carol")
        assert answer.status in (200, 422), verb
        assert str(photo) not in answer.text.replace(f'value="{photo}"', ""), verb
    assert await house.counts() == before
    row = (await house.fetch("SELECT content_html FROM posts WHERE id = $1", post))[0]
    assert "Mine" not in row["content_html"]
    assert "Mine" not in await house.value("SELECT description FROM photos WHERE id = $1", photo)


async def test_a_request_to_follow_is_answered_by_the_one_who_was_asked(house: House) -> None:
    """Somebody who asks to follow cannot accept in the other's name, nor decline another's request."""
    alice, rick = house.people["alice"].id, house.people["rick"].id
    for who, path in (("rick", f"/accounts/{alice}/accept"), ("rick", f"/accounts/{rick}/accept")):
        assert (await house.submit(path, by=who)).status == 404, path
    for path in (f"/accounts/{rick}/decline", f"/accounts/{alice}/remove", f"/accounts/{rick}/unfollow"):
        assert (await house.submit(path, by="carol")).status == 303, path
    state = await house.value("SELECT state FROM follows WHERE follower_id = $1 AND followed_id = $2", rick, alice)
    assert state == 0


GOALS = (
    "https://evil.test/", "//evil.test/", "/\\evil.test/", "\\/evil.test", "///evil.test", "/\t/evil.test",
    "javascript:alert(1)", "/%0d%0aSet-Cookie:x=y\r\nSet-Cookie: x=y", " //evil.test", "https:evil.test", "/\u0000x",
    "data:text/html,x", "/" + "x" * 3000, "evil.test", "@evil.test", "/\ud800".encode("utf-8", "replace").decode(),
)  # fmt: skip


@pytest.mark.parametrize("goal", GOALS)
async def test_forms_lead_nowhere_else(house: House, goal: str) -> None:
    """Wherever a form's ``next`` or the page one came from would lead, people stay on this server."""
    post = house.posts[Visibility.PUBLIC].id
    for path in (f"/p/{post}/like", f"/accounts/{house.people['mona'].id}/mute"):
        where = (await house.submit(path, {"next": goal}, by="carol")).headers["Location"]
        assert where.startswith("/"), where
        assert where[1:2] not in ("/", "\\"), where
        assert not {"\r", "\n", "\t"} & set(where), where
    for page in ("/sign-in?next=", "/sign-up?next="):
        written = goal.encode("unicode_escape").decode() if not goal.isprintable() else goal
        shown = await house.ask(page + written.replace(" ", "%20").replace("\\", "%5C"))
        assert "evil.test" not in shown.headers.get("Location", "")
        assert 'value="https://evil' not in shown.text
    if goal.isprintable() and goal.isascii():
        answer = await house.ask("/settings", Referer=goal)
        assert answer.headers["Location"] == "/sign-in?next=/settings"
