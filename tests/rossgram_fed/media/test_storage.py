"""Files: whole or not at all, and reachable by their keys only."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rossgram_fed.media.errors import NotStored, UnknownKey
from rossgram_fed.media.storage import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "media")
    made.prepare()
    return made


async def test_what_is_put_in_comes_out(folder: Folder) -> None:
    """A file is found under its key, in a subfolder of the key's first letters, until it is deleted."""
    key = await folder.put(b"bytes", ".webp")
    path = folder.path(key)
    assert path.read_bytes() == b"bytes"
    assert path.parent.name == key[:2]
    assert folder.find(key) == path
    await folder.delete(key, key)
    assert folder.find(key) is None


async def test_keys_are_random(folder: Folder) -> None:
    """The same bytes twice are two files, whose names have 128 bits that nothing foretells."""
    one, other = await folder.put(b"same", ".jpg"), await folder.put(b"same", ".jpg")
    assert one != other
    assert len(one) == len(other) == 36


@pytest.mark.parametrize(
    "key",
    [
        "",
        ".",
        "..",
        "../../etc/passwd",
        "ab/../../../etc/passwd",
        "0" * 32,
        "0" * 32 + ".svg",
        "0" * 32 + ".html",
        "0" * 31 + ".jpg",
        "0" * 33 + ".jpg",
        "0" * 32 + ".jpg\n",
        "0" * 32 + ".jpg\0",
        "G" * 32 + ".jpg",
        "A" * 32 + ".jpg",
        "\u0660" * 32 + ".jpg",
        "/" + "0" * 31 + ".jpg",
        "unfinished",
    ],
)
async def test_what_is_no_key_reaches_no_file(folder: Folder, key: str) -> None:
    """Anything but a key is refused before a path is made of it."""
    with pytest.raises(UnknownKey):
        folder.path(key)
    with pytest.raises(UnknownKey):
        await folder.delete(key)
    assert folder.find(key) is None


async def test_no_other_suffix_is_written(folder: Folder, tmp_path: Path) -> None:
    """Only the types that we encode ourselves can be put into storage."""
    with pytest.raises(UnknownKey):
        await folder.put(b"<svg/>", ".svg")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_a_file_that_cannot_be_finished_leaves_nothing(folder: Folder, tmp_path: Path) -> None:
    """When the last step fails, neither a half file nor a key remains."""
    taken = Folder(tmp_path / "media", random_hex=lambda size: "ab" * size)
    (tmp_path / "media" / "ab" / ("ab" * 16 + ".jpg")).mkdir(parents=True)
    with pytest.raises(NotStored):
        await taken.put(b"bytes", ".jpg")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_leftovers_are_cleared_at_the_start(folder: Folder, tmp_path: Path) -> None:
    """Half-written files of a process that died go; those that another process writes at this moment stay."""
    unfinished = tmp_path / "media" / "unfinished"
    for name, age in (("old.jpg", 7200), ("new.jpg", 1)):
        (unfinished / name).write_bytes(b"half")
        os.utime(unfinished / name, (time.time() - age,) * 2)
    folder.prepare()
    assert [file.name for file in unfinished.iterdir()] == ["new.jpg"]


async def test_what_goes_while_it_is_looked_at(folder: Folder, tmp_path: Path) -> None:
    """A file that somebody else removes between its name and its age ends no sweep and no start."""
    kept = await folder.put(b"bytes", ".jpg")
    gone = kept[:2] + "0" * 30 + ".jpg"
    for place in (folder.path(kept).parent, tmp_path / "media" / "unfinished"):
        (place / gone).symlink_to(tmp_path / "nowhere")
    assert list(folder.older_than(-5)) == [[kept]]
    folder.prepare()


async def test_a_folder_that_vanished_is_made_again(tmp_path: Path) -> None:
    """Writing needs no preparation."""
    folder = Folder(tmp_path / "later" / "media")
    assert folder.path(await folder.put(b"bytes", ".jpg")).read_bytes() == b"bytes"
