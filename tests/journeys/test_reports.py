"""A report crosses from one server to another, and ends in a suspension; nobody on the way learns who reported."""

from __future__ import annotations

from typing import Any

from rossgram_fed.reports.pages import BY_USER
from tests.fediverse import FakePeer
from tests.journeys.conftest import World
from tests.journeys.visitor import PASSWORD, Visitor
from tests.rossgram_fed.media.samples import a_file

PHOTO = ("one.jpg", a_file())


async def test_a_remote_post_is_reported(world: World) -> None:
    """A copy of a report reaches the moderators over there as alpha's; they delete and suspend, and that shows."""
    ana, bo = await world.admin("alpha", "ana"), await world.member("beta", "bo")
    keeper = Visitor.at(world.fediverse, "beta", "keeper")
    world.closing.push_async_callback(keeper.close)
    await keeper.sign_in()
    await ana.follow(bo.handle)
    await world.settle()
    posted = await bo.post("Buy this", [PHOTO], descriptions=["A watch"])
    await world.settle()
    path = await world.place("alpha", posted)
    shown = await ana.get(path)
    link = next(one for one in shown.links if one.startswith("/report?"))
    form = await ana.get(link)
    assert "Also send a copy to beta.test" in form.text
    assert "you are not named" in form.text
    refused = await ana.submit(form, "/report")
    assert refused.status == 422
    sent = await ana.submit(form, "/report", category="spam", comment="The same again and again", forward="1")
    assert "in the name of this server" in sent.text
    assert "The same again and again" in (await ana.get("/admin/reports")).text
    await world.settle()

    queue = await keeper.get("/admin/reports")
    assert "The same again and again" in queue.text
    assert "by alpha.test" in queue.text
    assert "ana" not in queue.text.replace("alpha.test", "")
    report = await keeper.get(next(one for one in queue.links if one.startswith("/admin/reports/")))
    photo = next(one.src for one in report.pictures if "/photos/" in one.src)
    assert (await keeper.fetch(photo))[:2] == (200, "image/webp")
    assert (await bo.fetch(photo))[0] == 403
    number = posted.path.rpartition("/")[2]
    done = await keeper.submit(
        report, report.path, delete=number, standing="suspend", reason="Advertising, and told before"
    )
    assert "The report is closed" in done.text
    log = (await keeper.get("/admin/log")).text
    for words in ("@keeper deleted a post by @bo", "@keeper suspended @bo", "@keeper closed a report about @bo"):
        assert words in log
    await _bo_is_out(world, bo, ana, path)


async def _bo_is_out(world: World, bo: Visitor, ana: Visitor, path: str) -> None:
    """Bo is signed out, told why they cannot sign in, and seen nowhere; the copy elsewhere goes with the deletion."""
    assert (await bo.get("/settings")).path == "/sign-in"
    page = await bo.submit(await bo.get("/sign-in"), "/sign-in", username="bo", password="not the password")
    assert "suspended" not in page.text, "only who knows the password learns it"
    page = await bo.submit(page, "/sign-in", username="bo", password=PASSWORD)
    assert (page.status, "This account is suspended" in page.text) == (403, True)
    of_bo = "SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id JOIN accounts a ON a.id = u.account_id "
    assert not await world.rows("beta", of_bo + "WHERE a.username = 'bo'")
    await world.settle()
    assert (await ana.get(path)).status in (404, 410)
    status, _, _ = await bo.fetch("/users/bo", Accept="application/activity+json")
    assert status in (403, 404, 410)
    assert (await world.stranger("beta").get("/@bo")).status in (404, 410)


SHAPES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("misskey", "Person", {"object": "ACCOUNT", "content": "spam report text"}),
    ("takahe", "Application", {"object": ["POST", "ACCOUNT"], "content": "spam report text"}),
    ("pixelfed", "Application", {"object": ["ACCOUNT", "POST"], "content": "spam report text"}),
    ("mastodon", "Application", {"object": ["ACCOUNT", "POST"], "content": "spam report text", "to": "ACCOUNT"}),
)


async def test_flags_from_the_wild(world: World) -> None:
    """Signed by a server or by a person on it, in each shape there is, a Flag is one report; unsigned it is none."""
    await world.admin("alpha", "ana")
    page = await (await world.person("alpha", "bo")).post("Mine", [PHOTO], descriptions=["A tree"])
    for software, kind, parts in SHAPES:
        peer = await world.fediverse.peer(f"{software}.test")
        sender = peer.actor("actor", type=kind)
        named = {"ACCOUNT": "https://alpha.test/users/bo", "POST": page.uri}
        filled = {
            name: [named[one] for one in value] if isinstance(value, list) else named.get(value, value)
            for name, value in parts.items()
        }
        flag = {"id": f"https://{software}.test/flags/1", "type": "Flag", "actor": sender.id, **filled}
        unsigned = peer.signed("https://alpha.test/inbox", flag, sender)
        del unsigned.headers["Signature"]
        assert (await peer.send(unsigned))[0] == 401, software
        other = peer.actor("other", key=1)
        assert (await peer.post("https://alpha.test/inbox", flag, other))[0] == 401, software
        for _ in range(2):
            assert (await peer.post("https://alpha.test/inbox", flag, sender))[0] == 202, software
    await world.settle()
    rows = await world.rows("alpha", "SELECT host, reporter_id, comment FROM reports ORDER BY host")
    assert [row["host"] for row in rows] == ["mastodon.test", "misskey.test", "pixelfed.test", "takahe.test"]
    assert [row["host"] for row in rows if row["reporter_id"]] == ["misskey.test"]
    assert {row["comment"] for row in rows} == {"spam report text"}


async def test_the_reporter_is_not_on_the_wire(world: World) -> None:
    """Not a byte of what reaches the other server, headers, keys and fetches included, says who reported."""
    await world.admin("alpha", "ana")
    reporter = await world.person("alpha", "quietwitness")
    peer = await world.fediverse.peer("there.test")
    sam = peer.actor("sam")
    await reporter.find("@sam@there.test")
    account = (await world.rows("alpha", "SELECT id FROM accounts WHERE uri = $1", sam.id))[0]["id"]
    form = await reporter.get(f"/report?account={account}")
    await reporter.submit(form, "/report", category="violation", comment="Somebody's photos", forward="1")
    await world.settle()
    (flag,) = [one for one in peer.posts if one.document["type"] == "Flag"]
    assert flag.path == "/users/sam/inbox"
    assert (flag.document["actor"], flag.document["object"]) == ("https://alpha.test/actor", [sam.id])
    assert 'keyId="https://alpha.test/actor#main-key"' in flag.headers["Signature"]
    _assert_unnamed(peer, await _traces(world))


async def _traces(world: World) -> list[str]:
    """What would tell who it was: name, ids and the address of the report."""
    (row,) = await world.rows(
        "alpha", "SELECT a.id, u.id AS user_id FROM accounts a JOIN users u ON u.account_id = a.id "
        "WHERE a.username = 'quietwitness'"
    )  # fmt: skip
    (report,) = await world.rows("alpha", "SELECT id FROM reports")
    return ["quietwitness", str(row["id"]), str(row["user_id"]), str(report["id"])]


def _assert_unnamed(peer: FakePeer, traces: list[str]) -> None:
    for one in peer.received:
        said = f"{one.method} {one.path} {dict(one.headers)} {one.body.decode()}"
        for trace in traces:
            assert trace not in said, one.path


async def test_reporting_is_bounded(world: World) -> None:
    """Whoever reports more often than anybody needs to has to wait, and no row is made meanwhile."""
    await world.admin("alpha", "ana")
    eve = await world.person("alpha", "eve")
    for number in range(3):
        await world.person("alpha", f"victim{number}")
    ids = [row["id"] for row in await world.rows("alpha", "SELECT id FROM accounts WHERE username LIKE 'victim%'")]
    pages = [await eve.get(f"/report?account={account}") for account in ids]
    for number in range(BY_USER.tries):
        answer = await eve.submit(pages[number % 3], "/report", category="spam", comment=f"Number {number}")
        assert answer.status == 200
    late = await eve.submit(pages[0], "/report", category="spam", comment="One too many")
    assert late.status == 429
    rows = await world.rows("alpha", "SELECT comment FROM reports")
    assert len(rows) == 3, "what is said of one account is one report"
    assert not any("One too many" in row["comment"] for row in rows)
