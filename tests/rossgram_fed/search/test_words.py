"""Texts and questions as words."""

from __future__ import annotations

import pytest

from rossgram_fed.search.words import Question, question_from, words_in


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [
        ("Dunes, dunes and DUNES.", ["dunes", "and"], "each once, whatever its case"),
        ("Café Straße Ærø", ["cafe", "strasse", "ærø"], "folded"),
        ("snake_case #tag @bob", ["snake", "case", "tag", "bob"], "letters and digits alone"),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー", "ー"], "pairs where there are no spaces"),
        ("猫 cat", ["猫", "cat"], "one letter"),
        ("ガ", ["ガ"], "what changes a letter of kana is no accent"),
        ("हिन्दी। தமிழ்", ["हिन्दी", "தமிழ்"], "vowels that are marks belong to the word"),
        ("مُحَمَّد שָׁלוֹם", ["محمد", "שלום"], "points over and under letters make no difference"),
        ("x" * 99, ["x" * 40], "long words by their beginning"),
        ("¤media ¤by1", ["media", "by1"], "nobody writes a mark"),
        ("\U0001f305 ...", [], "no words"),
    ],
)
def test_words_of_a_text(text: str, words: list[str], reason: str) -> None:
    """A text is found by its words."""
    assert words_in(text) == words, reason


@pytest.mark.parametrize(
    ("text", "asked", "reason"),
    [
        ("Big dunes", Question(("big", "dunes")), "words begin so"),
        ("a b", Question((), ("a", "b")), "single letters are whole"),
        ("東京タ", Question((), ("東京", "京タ")), "pairs are whole"),
        ("猫", Question(("猫",)), "one letter is the beginning of a pair"),
        ("from:@bob@There.Test has:media x1", Question(("x1",), ("¤media",), "@bob@there.test"), "operators"),
        ("is:reply language:pt-BR in:library", Question((), ("¤reply", "¤inpt"), library=True), "more of them"),
        ("dunes in:all HAS:MEDIA", Question(("dunes",), ("¤media",)), "whatever their case"),
        ("has:wings 12:30", Question(("has", "wings", "12", "30")), "what is no operator is words"),
        (" ".join(f"w{one}" for one in range(20)), Question(tuple(f"w{one}" for one in range(8))), "eight words"),
        ("\" OR 1=1 NEAR(* ':*", Question(("or", "near"), ("1",)), "nothing of a query language"),
    ],
)
def test_questions(text: str, asked: Question, reason: str) -> None:
    """A question is words and marks."""
    assert question_from(text) == asked, reason


def test_nothing_is_asked() -> None:
    """A question of no words is known as one."""
    assert question_from(" ?! ").empty
    assert not question_from("from:me").empty
