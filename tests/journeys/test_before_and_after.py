"""Posts before and after: drafts that nothing loses, a time to come, changes that others see, an archive."""

from __future__ import annotations

from datetime import UTC, datetime

from rossgram_fed.posts.scheduling import in_words
from tests.journeys.conftest import World
from tests.journeys.test_composing import cards
from tests.rossgram_fed.media.samples import a_file

HOUR = 3_600_000


def files(*seeds: int) -> list[tuple[str, bytes]]:
    return [(f"{seed}.jpg", a_file(seed=seed)) for seed in seeds]


async def test_a_draft_goes_from_browser_to_browser(world: World) -> None:
    """Whatever button is pressed, all of it is there in another browser; put aside, opened, finished and gone."""
    ana = await world.admin("alpha", "ana")
    page = await ana.submit(
        await ana.get("/new"), "/new", press="add", files=files(1, 2), caption="Half", warning="Mind",
        visibility="followers", comments="nobody", zone="Europe/Madrid",
    )  # fmt: skip
    one, two = cards(page)
    await ana.submit(page, "/new", press=f"later {one}", **{f"description-{one}": "First"})
    other = world.stranger("alpha")
    other.username = "ana"
    await other.sign_in()
    page = await other.get("/new")
    fields = dict(page.form("/new").fields)
    assert cards(page) == [two, one]
    assert [fields[name] for name in ("caption", "warning", "visibility", "comments", f"description-{one}")] == [
        "Half", "Mind", "followers", "nobody", "First",
    ]  # fmt: skip
    page = await other.submit(page, "/new", press="save", caption="Put aside")
    assert page.path == "/drafts"
    assert "Put aside" in page.text
    assert not cards(await ana.get("/new"))
    bob = await world.person("alpha", "bob")
    draft = next(link for link in page.links if link.startswith("/drafts/"))
    assert (await bob.get(draft)).status == 404
    page = await ana.get(draft)
    assert cards(page) == [two, one]
    posted = await ana.submit(page, "/new", press="post", **{f"description-{two}": "Second"})
    assert posted.alts == ["Second", "First"]
    assert (await ana.get(draft)).status == 404
    assert await world.rows("alpha", "SELECT id FROM drafts") == []


async def test_at_its_time(world: World) -> None:
    """It is refused for a time that is past, listed, cancelled, chosen again, and published; nobody sees it before."""
    ana = await world.admin("alpha", "ana")
    bob = await world.person("alpha", "bob")
    page = await ana.submit(await ana.get("/new"), "/new", press="add", files=files(1), caption="Dawn")
    refused = await ana.submit(page, "/new", press="schedule", at="2020-01-01T08:00", zone="Europe/Madrid")
    assert refused.status == 422
    assert "That time is past" in refused.text
    refused = await ana.submit(page, "/new", press="schedule", at="", zone="Europe/Madrid")
    assert "Choose the day" in refused.text
    when = world.clock.now + 24 * HOUR
    typed = f"{_local(when)}"
    page = await ana.submit(refused, "/new", press="schedule", at=typed, zone="UTC")
    assert page.path == "/scheduled"
    assert page.text.count(in_words(when, "UTC")) == 2, "once as what was done, once in the list"
    assert dict((await ana.get("/settings/posts")).form("/settings/posts").fields)["zone"] == "UTC"
    assert "Dawn" not in (await bob.get("/@ana")).text
    page = await ana.submit(page, "cancel")
    assert page.path == "/drafts"
    draft = next(link for link in page.links if link.startswith("/drafts/"))
    page = await ana.submit(await ana.get(draft), "/new", press="schedule", at=typed, zone="UTC")
    world.clock.advance(25 * HOUR)
    await world.fediverse.settle()
    assert len((await bob.get("/@ana")).described) == 1
    assert "Nothing waits" in (await ana.get("/scheduled")).text


def _local(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).strftime("%Y-%m-%dT%H:%M")


async def test_changes_that_others_see(world: World) -> None:
    """Another server sees photos added and taken away, then nothing when it is for fewer, and both keep what was."""
    ana, bea = await world.admin("alpha", "ana"), await world.admin("beta", "bea")
    await bea.follow(ana.handle)
    await world.fediverse.settle()
    posted = await ana.post("Before", files(1), descriptions=["Old"])
    await world.fediverse.settle()
    path = posted.path
    page = await ana.submit(await ana.get(f"{path}/edit"), f"{path}/edit", press="add", files=files(2), caption="After")
    old, new = [value for name, value in page.form(f"{path}/edit").fields if name == "photo"]
    again = await ana.get(f"{path}/edit")
    assert dict(again.form(f"{path}/edit").fields)["caption"] == "After", "an edit under way is kept as well"
    assert "Before" in (await ana.get(path)).text
    page = await ana.submit(again, f"{path}/edit", press=f"remove {old}", **{f"description-{new}": "New"})
    page = await ana.submit(page, f"{path}/edit", press="post")
    assert page.path == path, page.text
    assert page.alts == ["New"]
    await world.fediverse.settle()
    (seen,) = await world.rows("beta", "SELECT id, content_html, photo_count FROM posts")
    assert seen["content_html"] == "<p>After</p>"
    history = await bea.get(f"/p/{seen['id']}/history")
    assert "Before" in history.text
    assert "1 photo of then is gone" in history.text
    assert "Before" in (await ana.get(f"{path}/history")).text
    keys = set(await _files_of(world))
    page = await ana.submit(await ana.get(f"{path}/edit"), f"{path}/edit", press="post", visibility="followers")
    assert page.path == path, page.text
    assert not keys & set(await _files_of(world))
    await world.fediverse.settle()
    stranger = world.stranger("alpha")
    for address in (path, f"{path}/history"):
        assert (await stranger.get(address)).status == 404
    for key in keys:
        assert (await stranger.fetch(f"/media/{key}"))[0] == 404
    assert (await stranger.fetch(path, Accept="application/activity+json"))[0] == 410
    assert (await stranger.fetch(f"{path}/again/1", Accept="application/activity+json"))[0] == 404
    (seen,) = await world.rows("beta", "SELECT uri, visibility FROM posts")
    assert (seen["uri"], seen["visibility"]) == (f"https://alpha.test{path}/again/1", 2)


async def test_hidden_and_back(world: World) -> None:
    """Archived, it is gone for all others and there for its author; brought back, both servers have it again."""
    ana, bea = await world.admin("alpha", "ana"), await world.admin("beta", "bea")
    await bea.follow(ana.handle)
    await world.fediverse.settle()
    path = (await ana.post("Here", files(1), descriptions=["A hill"])).path
    await world.fediverse.settle()
    page = await ana.press(f"{path}/archive", f"{path}/archive")
    assert "only you see" in page.text
    await world.fediverse.settle()
    stranger = world.stranger("alpha")
    assert (await stranger.get(path)).status == 404
    assert await world.rows("beta", "SELECT id FROM posts") == []
    assert len((await ana.get("/archive")).described) == 1
    assert not (await ana.get("/@ana")).described
    page = await ana.submit(page, "unarchive")
    await world.fediverse.settle()
    assert (await stranger.get(path)).alts == ["A hill"]
    assert (await stranger.get(f"{path}/again/1")).path == path
    (seen,) = await world.rows("beta", "SELECT uri FROM posts")
    assert seen["uri"] == f"https://alpha.test{path}/again/1"


async def _files_of(world: World) -> list[str]:
    rows = await world.rows("alpha", "SELECT key FROM media_files WHERE photo_id IS NOT NULL")
    return [row["key"] for row in rows]
