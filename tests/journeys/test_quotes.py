"""Who may comment and who may quote, told by people on two servers: what they choose holds here and there."""

from __future__ import annotations

from tests.journeys.conftest import World
from tests.journeys.test_talk import two_who_follow
from tests.rossgram_fed.media.samples import a_file

PHOTO = ("one.jpg", a_file())
OTHER = ("two.jpg", a_file(seed=2))


async def test_comments_only_from_whom_the_author_wants(world: World) -> None:
    """Followers may comment where followers may; later nobody may, and both servers say so instead of a form."""
    ana, bo = await two_who_follow(world)
    cy = await world.person("alpha", "cy")
    posted = await ana.post("For friends", [PHOTO], descriptions=["A hill"], comments="followers")
    await world.settle()
    there = await world.place("beta", posted)
    assert (await bo.get(there)).offers("comment")
    await bo.comment(there, "From a follower")
    await world.settle()
    assert "From a follower" in (await ana.get(posted.path)).text
    page = await cy.get(posted.path)
    assert not page.offers("comment")
    assert "Only followers of the author" in page.text

    page = await ana.get(f"{posted.path}/edit")
    form = page.form("edit")
    assert dict(form.fields)["comments"] == "followers"
    await ana.send(form, {"comments": "nobody"}, press="post")
    await world.settle()
    page = await bo.get(there)
    assert not page.offers("comment")
    assert "takes no comments" in page.text
    assert "From a follower" in page.text, "what was said stays"
    assert (await ana.get(posted.path)).offers("comment"), "its author always may"


async def test_the_composer_begins_with_what_one_chose(world: World) -> None:
    """The settings are what a new post starts with, and no more than that."""
    ana = await world.admin("alpha", "ana")
    await ana.submit(await ana.get("/settings/posts"), "/settings/posts", comments="nobody", quotes="followers")
    fields = dict((await ana.get("/new")).form("/new").fields)
    assert (fields["comments"], fields["quotes"]) == ("nobody", "followers")
    posted = await ana.post("Quiet", [PHOTO], descriptions=["A hill"], quotes="everyone")
    rows = await world.rows("alpha", "SELECT comment_policy, quote_policy FROM posts")
    assert [(row["comment_policy"], row["quote_policy"]) for row in rows] == [(2, 0)]
    assert "takes no comments" in (await ana.get(posted.path)).text


async def test_a_quote_crosses_and_is_taken_back(world: World) -> None:
    """A quote is a link until the author's server says yes, then a card on both; taken back, it is a link again."""
    ana, bo = await two_who_follow(world)
    posted = await ana.post("The hill at dawn", [PHOTO], descriptions=["A hill"])
    await world.settle()
    there = await world.place("beta", posted)
    found = await bo.get(there)
    assert f"/new?quote={there.rpartition('/')[2]}" in found.html
    quoting = await bo.post(
        "See this", [OTHER], descriptions=["A lake"], begin=f"/new?quote={there.rpartition('/')[2]}"
    )
    page = await bo.get(quoting.path)
    assert "Quotes" in page.text
    assert "The hill at dawn" not in page.text, "nobody has said yes yet"
    await world.settle()

    here = await world.place("alpha", quoting)
    for person, path in ((bo, quoting.path), (ana, here)):
        page = await person.get(path)
        assert "The hill at dawn" in page.text, person.username
        assert "A hill" in page.alts
    assert "quoted your photo" in (await ana.get("/notifications")).text
    own = await ana.get(posted.path)
    assert "Quoted in 1 post" in own.text
    (row,) = await world.rows("beta", "SELECT quote_authorization AS word FROM posts WHERE local = TRUE")
    path = row["word"].removeprefix("https://alpha.test")
    status, _, body = await ana.fetch(path, Accept="application/activity+json")
    assert status == 200
    assert quoting.uri.encode() in body

    quotes = await ana.get(f"{posted.path}/quotes")
    assert "See it" in quotes.text
    await ana.submit(quotes, "revoke")
    await world.settle()
    assert (await ana.fetch(path, Accept="application/activity+json"))[0] == 410
    for person, where in ((bo, quoting.path), (ana, here)):
        page = await person.get(where)
        assert "The hill at dawn" not in page.text, person.username
        assert "Quotes" in page.text
    assert "quoted your photo" not in (await ana.get("/notifications")).text


async def test_a_block_and_a_delete_end_quotes(world: World) -> None:
    """Who is blocked quotes no more; and when the quoted post goes, so does its card."""
    ana, bo = await two_who_follow(world)
    posts = [await ana.post(words, [PHOTO], descriptions=["A hill"]) for words in ("First words", "Second words")]
    await world.settle()
    quoting = []
    for posted in posts:
        number = (await world.place("beta", posted)).rpartition("/")[2]
        quoting.append(await bo.post("Look", [OTHER], descriptions=["A lake"], begin=f"/new?quote={number}"))
    await world.settle()
    for page, words in zip(quoting, ("First words", "Second words"), strict=True):
        assert words in (await bo.get(page.path)).text
    await ana.press(f"{posts[0].path}/delete", "delete")
    await world.settle()
    assert "First words" not in (await bo.get(quoting[0].path)).text
    await ana.submit(await ana.get(f"/@{bo.username}@{bo.host}"), "block")
    await world.settle()
    assert not await world.rows("alpha", "SELECT id FROM authorizations WHERE revoked_at IS NULL")
    stranger = world.stranger("beta")
    assert "Second words" not in (await stranger.get(quoting[1].path)).text
