"""Licences are read in every spelling that files and servers use, and nothing is taken for one that is none."""

from __future__ import annotations

import pytest

from rossgram_fed.licences import CHOICES, LONGEST, Licence, licence_from, licence_of


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("CC BY-SA", "cc-by-sa", "Pixelfed's title"),
        ("CC BY-NC-ND", "cc-by-nc-nd", "Pixelfed's title of the longest"),
        ("All Rights Reserved", "all-rights-reserved", "Pixelfed's title"),
        ("Public Domain (CC0)", "cc0", "Pixelfed's title"),
        ("Public Domain", "public-domain", "Pixelfed's title"),
        ("CC-BY-SA-4.0", "cc-by-sa", "SPDX"),
        ("CC0-1.0", "cc0", "SPDX"),
        ("CC BY 3.0", "cc-by-3.0", "an older version"),
        ("https://creativecommons.org/licenses/by-nc/4.0/", "cc-by-nc", "an address"),
        ("http://creativecommons.org/licenses/by/2.0", "cc-by-2.0", "an older one, without the slash"),
        ("https://creativecommons.org/licenses/by-sa/3.0/de/", "cc-by-sa-3.0-de", "of one country"),
        ("https://creativecommons.org/licenses/by/4.0/deed.en", "cc-by", "the page for people"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "cc-by", "the page for lawyers"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "cc0", "an address"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "public-domain", "an address"),
        ("This work is licensed under CC BY-ND 4.0 by Ana.", "cc-by-nd", "in a sentence"),
        ("© 2025 Ana Vidal, all rights reserved.", "all-rights-reserved", "what many cameras write"),
        ("© 2025 Ana Vidal", None, "says who, and not what"),
        ("CC BY or CC BY-SA", None, "two of them"),
        ("http://creativecommons.org/licenses/by/4.0/ http://creativecommons.org/licenses/by-nc/4.0/", None, "two"),
        ("https://example.com/licence", None, "an address of nothing we know"),
        ("In the public domain it is not", None, "words around it"),
        ("ACC BYE", None, "only looks like one"),
        ("cc-by-sa-nd", "cc-by-sa", "read as far as it is one"),
        ("", None, "nothing"),
        ("\0" * 100_000, None, "no text"),
    ],
)  # fmt: skip
def test_licences_are_read(text: str, name: str | None, reason: str) -> None:
    """What is said is what is kept, and what is kept can be shown."""
    found = licence_from(text)
    assert (found.name if found else None) == name, reason
    if found is not None:
        shown = licence_of(found.name)
        assert shown is not None
        assert shown.url == found.url
        assert len(found.name) <= LONGEST


@pytest.mark.parametrize("licence", CHOICES, ids=lambda one: one.name)
def test_every_choice_is_read_again(licence: Licence) -> None:
    """What we write, as title and as address, is read as the same licence by us."""
    assert licence_of(licence.name) == licence
    for written in (licence.title, licence.url or licence.title):
        read = licence_from(written)
        assert read is not None
        assert read.name == licence.name


@pytest.mark.parametrize("name", ["", "mit", "cc-by-", "cc-by-sa-nd", "cc-by-9", "CC-BY", "cc-by-4.0-../../x"])
def test_no_other_name_is_one(name: str) -> None:
    """A row's name that we did not write leads to no licence and no address."""
    assert licence_of(name) is None
