"""Servers that ran before files could be shared: their rows come over, and their photos show as they did."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rossgram_fed.migrations
from rossgram_fed.database import open_database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.photo_views import PhotoView
from rossgram_fed.renditions import renditions_from

BEFORE = 10
"""The last migration of a server that stored every file for itself."""


@pytest.fixture
def packages(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The migrations of such a server, and those of the next version."""
    names = "migrations_before_sharing", "migrations_with_sharing"
    for last, name in enumerate(names, BEFORE):
        shutil.copytree(Path(rossgram_fed.migrations.__path__[0]), tmp_path / name)
        for file in (tmp_path / name).glob("[0-9]*.py"):
            if int(file.name[:4]) > last:
                file.unlink()
    sys.path.insert(0, str(tmp_path))
    yield names
    sys.path.remove(str(tmp_path))
    for module in [module for module in sys.modules if module.startswith(names)]:
        del sys.modules[module]


async def test_rows_of_files_come_over(tmp_path: Path, packages: tuple[str, str]) -> None:
    """Each row keeps its key, its size and whose it is, and gets a number of its own."""
    database = await open_database(f"sqlite:{tmp_path / 'before.sqlite3'}")
    try:
        await migrate(database, package=packages[0])
        async with database.transaction() as tx:
            for number in range(3):
                await tx.execute(
                    "INSERT INTO media_files (key, remote, source, size, created_at) VALUES ($1, $2, '', $3, 7)",
                    f"{number:032x}.webp",
                    number == 1,
                    number + 10,
                )
        await migrate(database, package=packages[1])
        rows = await database.fetch("SELECT id, key, digest, remote, size, created_at FROM media_files ORDER BY key")
        assert [(row["key"], bool(row["remote"]), row["size"], row["created_at"]) for row in rows] == [
            (f"{number:032x}.webp", number == 1, number + 10, 7) for number in range(3)
        ]
        assert {row["digest"] for row in rows} == {""}
        assert len({row["id"] for row in rows}) == 3
    finally:
        await database.close()


def photo(names: tuple[str, ...], *, state: PhotoState = PhotoState.READY) -> PhotoView:
    files = ",".join(
        f'"{name}":{{"key":"{name}","media_type":"image/x","width":{width},"height":9,"size":1}}'
        for name, width in zip(names, (640, 1080, 2048, 640, 1080, 2048), strict=False)
    )
    return PhotoView(
        id=5,
        state=state,
        renditions=renditions_from(f"{{{files}}}"),
        kind="image",
        description="",
        width=4000,
        height=3000,
        blurhash="",
        stored_placeholder="",
        sensitive=False,
        remote_url="",
    )


OLD = ("grid", "feed", "full")


def test_old_rows_show_their_webp() -> None:
    """A photo from before there were JPEGs, and a copy of a stranger's, offer what they have."""
    shown = photo(OLD)
    assert (shown.src, shown.full, shown.grid) == ("/media/feed", "/media/full", "/media/grid")
    assert (shown.srcset, shown.webp_srcset) == ("/media/feed 1080w, /media/full 2048w", "")
    remote = photo((), state=PhotoState.REMOTE)
    assert (remote.srcset, remote.webp_srcset) == ("/photos/5/feed 1080w, /photos/5/full 2048w", "")


def test_new_rows_offer_both() -> None:
    """Browsers that know WebP are offered it first; everybody else gets a JPEG."""
    shown = photo((*OLD, "grid-jpeg", "feed-jpeg", "full-jpeg"))
    assert shown.src == "/media/feed-jpeg"
    assert shown.srcset == "/media/feed-jpeg 1080w, /media/full-jpeg 2048w"
    assert shown.webp_srcset == "/media/feed 1080w, /media/full 2048w"
