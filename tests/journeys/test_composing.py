"""Putting a post together in the browser: bad files beside good ones, descriptions, order, second thoughts."""

from __future__ import annotations

from tests.journeys.conftest import World
from tests.journeys.pages import Page
from tests.rossgram_fed.media.samples import a_file, png_bomb

GOOD = [("first.jpg", a_file(seed=1)), ("last.webp", a_file("WEBP", seed=2))]
LARGE = 3 * 1024 * 1024
"""Bytes; these servers take two megabytes and eight megapixels."""


def cards(page: Page) -> list[str]:
    """The photos of the composer, in order."""
    return [value for name, value in page.form("/new").fields if name == "photo"]


BAD = [
    ("notes.txt", b"Dear diary, today", "not a picture"),
    ("lies.jpg", b"GIF89 but not really", "not a picture"),
    ("empty.jpg", b"", "empty"),
    ("page.jpg", b"<html><script>alert(1)</script>", "not a picture"),
    ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    ("film.mp4", b"\x1a\x45\xdf\xa3" + bytes(40), "video"),
    ("phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1", "damaged"),
    ("cut.jpg", a_file()[:900], "damaged or incomplete"),
    ("bomb.png", png_bomb(30_000, 30_000, rows=10), "too many pixels"),
    ("large.jpg", a_file() + bytes(LARGE), "larger than 2 MB"),
]


async def test_bad_files_among_good_ones(world: World) -> None:
    """Each file that cannot be taken is named with its reason; the good ones beside them are kept and can be posted."""
    ana = await world.admin("alpha", "ana")
    bad = [(name, data) for name, data, _ in BAD]
    page = await ana.submit(await ana.get("/new"), "/new", press="add", files=[GOOD[0], *bad, GOOD[1]])
    assert page.status == 200
    for at, (name, _, says) in enumerate(BAD):
        until = BAD[at + 1][0] if at + 1 < len(BAD) else "Describe photo 1"
        assert says in page.text.partition(name)[2].partition(until)[0], name
    assert "first.jpg" not in page.text
    assert len(cards(page)) == 2
    posted = await ana.submit(page, "/new", caption="Two")
    assert posted.status == 422, "without descriptions it asks first"
    posted = await ana.submit(posted, "/new", press="Post anyway")
    assert posted.path.startswith("/p/")
    assert len(await world.rows("alpha", "SELECT id FROM photos WHERE post_id IS NOT NULL")) == 2


async def test_somebody_elses_photo_never_arrives(world: World) -> None:
    """A form that says that photos came by another way gets one's own alone; the others stay where they are."""
    ana = await world.admin("alpha", "ana")
    bob = await world.person("alpha", "bob")
    (hers,) = cards(await ana.submit(await ana.get("/new"), "/new", press="add", files=GOOD[:1]))
    form = (await bob.get("/new")).form("/new")
    form.names.add("arrived")
    page = await bob.send(form, {"arrived": hers}, press="add")
    assert cards(page) == []
    assert cards(await bob.get("/new")) == []
    assert cards(await ana.get("/new")) == [hers]
    owners = await world.rows(
        "alpha", "SELECT d.account_id = p.account_id AS own FROM photos p JOIN drafts d ON d.id = p.draft_id"
    )
    assert [bool(row["own"]) for row in owners] == [True]


async def test_second_thoughts(world: World) -> None:
    """Photos are described, moved, removed and added in any order, survive a reload, and are posted as they stand."""
    ana = await world.admin("alpha", "ana")
    files = [(f"{number}.jpg", a_file(seed=number)) for number in range(3)]
    page = await ana.submit(await ana.get("/new"), "/new", press="add", files=files, caption="Kept", warning="Mind")
    one, two, three = cards(page)
    assert dict(page.form("/new").fields)["caption"] == "Kept"
    page = await ana.submit(page, "/new", press=f"later {one}", **{f"description-{one}": "First"})
    assert cards(page) == [two, one, three]
    page = await ana.submit(page, "/new", press=f"earlier {three}", **{f"description-{three}": "Third"})
    assert cards(page) == [two, three, one]
    page = await ana.submit(page, "/new", press=f"remove {two}")
    assert cards(page) == [three, one]
    page = await ana.submit(page, "/new", press="post", files=[("four.jpg", a_file(seed=4))])
    assert page.status == 422
    assert "describe them, then post" in page.text
    four = cards(page)[-1]
    assert cards(page) == [three, one, four]
    page = await ana.submit(page, "/new")
    assert page.status == 422
    assert "Photo 3 has no description yet" in page.text
    again = await ana.get("/new")
    assert set(cards(again)) == {one, three, four}
    assert dict(again.form("/new").fields)[f"description-{one}"] == "First"
    posted = await ana.submit(page, "/new", **{f"description-{four}": "Fourth"})
    assert posted.alts == ["Third", "First", "Fourth"]
    assert "Kept" in posted.text
    assert "Mind" in posted.text
    assert not cards(await ana.get("/new"))


async def test_nothing_to_post(world: World) -> None:
    """A post without a photo is refused with a sentence, and what was typed is still there."""
    ana = await world.admin("alpha", "ana")
    page = await ana.submit(await ana.get("/new"), "/new", caption="Words only", visibility="unlisted")
    assert page.status == 422
    assert "needs at least one photo" in page.text
    fields = dict(page.form("/new").fields)
    assert (fields["caption"], fields["visibility"]) == ("Words only", "unlisted")
