"""What is typed in the composer is there again: kept while it is typed, with two tabs open, and in an unclear form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tests.journeys.conftest import World
from tests.journeys.pages import Page
from tests.journeys.test_composing import cards
from tests.journeys.visitor import File, Visitor
from tests.rossgram_fed.media.samples import a_file

FIRST: File = ("first.jpg", a_file(seed=1))
SECOND: File = ("second.jpg", a_file(seed=2))


async def typed(person: Visitor, page: Page, action: str, **fields: str) -> tuple[int, dict[str, Any]]:
    """What the page's script sends while somebody types, and what it is told."""
    form = page.form(action)
    form.names |= {"do", *fields}
    answer = await person.send(form, {"do": "typed", **fields})
    return answer.status, json.loads(answer.html)


async def composer(person: Visitor, files: Sequence[File]) -> Page:
    return await person.submit(await person.get("/new"), "/new", press="add", files=files)


def caption(page: Page, action: str = "/new") -> str:
    return dict(page.form(action).fields)["caption"].strip()


async def test_kept_while_it_is_typed(world: World) -> None:
    """One draft holds all that is typed, the photos in their order and their descriptions; nothing is published, and
    nobody keeps anything in a draft that is not theirs.
    """
    ana = await world.admin("alpha", "ana")
    bob = await world.person("alpha", "bob")
    empty = await ana.get("/new")
    status, told = await typed(ana, empty, "/new", caption="By")
    assert status == 200
    status, again = await typed(ana, empty, "/new", caption="By the sea", **told)
    assert (status, again["draft"]) == (200, told["draft"])
    assert caption(await ana.get("/new")) == "By the sea"
    page = await ana.submit(await ana.get("/new"), "/new", press="add", files=[FIRST, SECOND])
    one, two = cards(page)
    form = page.form("/new")
    form.fields.remove(("photo", two))
    form.fields.insert(0, ("photo", two))
    assert (await typed(ana, page, "/new", **{f"description-{two}": "The second"}))[0] == 200
    kept = await ana.get("/new")
    assert cards(kept) == [two, one]
    assert dict(kept.form("/new").fields)[f"description-{two}"] == "The second"
    status, told = await typed(bob, await bob.get("/new"), "/new", caption="Mine", draft=again["draft"])
    assert (status, "another tab" in told["error"]) == (409, True)
    drafts = await world.rows("alpha", "SELECT id FROM drafts")
    assert [str(row["id"]) for row in drafts] == [again["draft"]]
    assert await world.rows("alpha", "SELECT id FROM posts") == []


async def test_two_tabs(world: World) -> None:
    """A tab that does not show what is kept by now keeps nothing over it and is told so, whether the other one typed,
    posted, or chose a time; and photos that the other one added are shown before anything is posted without them.
    """
    ana = await world.admin("alpha", "ana")
    left = await composer(ana, [FIRST])
    right = await ana.get("/new")
    world.clock.advance(1000)
    assert (await typed(ana, left, "/new", caption="Left"))[0] == 200
    status, told = await typed(ana, right, "/new", caption="Right")
    assert (status, "another tab" in told["error"]) == (409, True)
    assert caption(await ana.get("/new")) == "Left"

    both = await ana.submit(left, "/new", press="add", files=[SECOND])
    (first, second) = cards(both)
    page = await ana.submit(right, "/new", press="post", **{f"description-{first}": "One"})
    assert page.status == 422
    assert "added in another tab" in page.text
    assert cards(page) == [first, second]
    posted = await ana.submit(page, "/new", press="post", **{f"description-{second}": "Two"})
    assert posted.alts == ["One", "Two"]

    status, told = await typed(ana, both, "/new", caption="Too late")
    assert (status, "posted or deleted" in told["error"]) == (409, True)
    assert await world.rows("alpha", "SELECT id FROM drafts") == []


async def test_what_waits_for_its_time_is_not_typed_into(world: World) -> None:
    """Half a sentence never goes out because the time came while it was typed."""
    ana = await world.admin("alpha", "ana")
    page = await composer(ana, [FIRST])
    (photo,) = cards(page)
    later = datetime.fromtimestamp(world.clock.now / 1000 + 3600, UTC)
    said = {"caption": "Whole", f"description-{photo}": "One", "at": f"{later:%Y-%m-%dT%H:%M}", "zone": "UTC"}
    page = await ana.submit(page, "/new", press="schedule", **said)
    assert page.path == "/scheduled"
    (row,) = await world.rows("alpha", "SELECT id FROM drafts")
    waiting = await ana.get(f"/drafts/{row['id']}")
    assert "data-keeps" not in waiting.html
    status, _ = await typed(ana, waiting, "/new", caption="Hal")
    assert status == 409
    assert caption(await ana.get(f"/drafts/{row['id']}")) == "Whole"


async def test_editing_in_two_tabs(world: World) -> None:
    """So it is where a post is edited: what is typed stays with that edit, a photo of the other tab is not lost, and
    the post changes with the button alone; it can be left as it was, or gone on with later.
    """
    ana = await world.admin("alpha", "ana")
    post = await ana.post("As it was", [FIRST], descriptions=["One"])
    path = f"{post.path}/edit"
    left, right = await ana.get(path), await ana.get(path)
    assert (await typed(ana, left, "edit", caption="As it will be"))[0] == 200
    status, told = await typed(ana, right, "edit", caption="Otherwise")
    assert (status, "another tab" in told["error"]) == (409, True)
    assert caption(await ana.get(path), "edit") == "As it will be"
    assert "As it was" in (await ana.get(post.path)).text
    await ana.submit(left, "edit", press="add", files=[SECOND])
    page = await ana.submit(right, "edit", press="post", caption="Otherwise")
    assert page.status == 422
    assert "added in another tab" in page.text
    assert "As it was" in (await ana.submit(page, "edit", press="leave")).text
    assert caption(await ana.get(path), "edit") == "As it was"
    page = await ana.submit(await ana.get(path), "edit", press="add", files=[SECOND], caption="Otherwise")
    assert "As it was" in (await ana.submit(page, "edit", press="keep")).text
    page = await ana.get(path)
    _, second = (value for name, value in page.form("edit").fields if name == "photo")
    saved = await ana.submit(page, "edit", press="post", **{f"description-{second}": "Two"})
    assert saved.alts == ["One", "Two"]
    assert "Otherwise" in saved.text


async def test_a_city_that_was_not_chosen(world: World) -> None:
    """Who types a city and posts is asked which one it is, since the post would say nothing of it."""
    ana = await world.admin("alpha", "ana")
    page = await composer(ana, [FIRST])
    (photo,) = cards(page)
    page = await ana.submit(page, "/new", press="post", **{f"description-{photo}": "One", "place-name": "Ljubljana"})
    assert page.status == 422
    assert "Choose the city that you mean" in page.text
    (city,) = (value for value in page.form("/new").choices["place"] if value)
    posted = await ana.submit(page, "/new", press="post", place=city)
    assert "Ljubljana" in posted.text
    page = await ana.submit(await ana.get(f"{posted.path}/edit"), "edit", **{"place-name": "Nowhere at all"})
    assert "Ljubljana" in page.text, "a city is chosen already"


async def test_a_refused_file_is_named_at_every_button(world: World) -> None:
    """Who chooses files and presses another button than the one for them is told which were not taken all the same."""
    ana = await world.admin("alpha", "ana")
    page = await composer(ana, [FIRST])
    (first,) = cards(page)
    later = datetime.fromtimestamp(world.clock.now / 1000 + 3600, UTC)
    said = {f"description-{first}": "One", "at": f"{later:%Y-%m-%dT%H:%M}"}
    for button in ("post", "schedule", "save"):
        page = await ana.submit(page, "/new", press=button, files=[("notes.txt", b"Dear diary")], **said)
        assert "notes.txt" in page.text, button
        assert cards(page) == [first], button
    assert await world.rows("alpha", "SELECT id FROM posts") == []
    assert await world.rows("alpha", "SELECT id FROM drafts WHERE kept OR publish_at IS NOT NULL") == []


async def test_the_same_for_all(world: World) -> None:
    """One button gives all photos of a form the licence of the first, and it stays in the draft and in the post."""
    ana = await world.admin("alpha", "ana")
    page = await composer(ana, [FIRST, SECOND])
    one, two = cards(page)
    licences = {f"licence-{one}": "cc-by", f"licence-{two}": "cc0"}
    page = await ana.submit(page, "/new", press="alike", **licences)
    await ana.submit(await ana.submit(page, "/new", press="post"), "/new", press="post-anyway")
    rows = await world.rows("alpha", "SELECT licence FROM photos")
    assert [row["licence"] for row in rows] == ["cc-by", "cc-by"]
