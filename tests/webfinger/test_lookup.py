"""From handles to actors and back, over answers given in a table."""

from __future__ import annotations

from typing import Any

import pytest

from webfinger.errors import LookupFailed, MalformedDescriptor
from webfinger.handles import Handle, parse_handle
from webfinger.lookup import confirm, lookup, webfinger_url

ALICE = parse_handle("@alice@example.org")
ACTOR = "https://photos.example.org/users/alice"


class Answers:
    """Answers WebFinger by handle, and notes what was asked."""

    def __init__(self, **by_handle: Any) -> None:
        self.by_url = {webfinger_url(parse_handle(handle)): answer for handle, answer in by_handle.items()}
        self.asked: list[str] = []

    async def __call__(self, url: str) -> object:
        self.asked.append(url)
        if url not in self.by_url:
            raise LookupError(url)
        return self.by_url[url]


def answer(subject: str, actor: str = ACTOR) -> dict[str, Any]:
    links = [{"rel": "self", "type": "application/activity+json", "href": actor}]
    return {"subject": subject, "links": links}


async def test_direct() -> None:
    """A handle whose host knows it costs one question."""
    answers = Answers(**{"alice@example.org": answer("acct:alice@example.org")})
    found = await lookup(ALICE, answers)
    assert (found.subject, found.actor_uri) == (ALICE, ACTOR)
    assert answers.asked == ["https://example.org/.well-known/webfinger?resource=acct%3Aalice%40example.org"]


async def test_one_change_of_subject() -> None:
    """A server's host may name the account domain's handle, which that domain must confirm."""
    answers = Answers(
        **{
            "alice@photos.example.org": answer("acct:alice@example.org"),
            "alice@example.org": answer("acct:alice@example.org"),
        }
    )
    found = await lookup(parse_handle("alice@photos.example.org"), answers)
    assert found.subject == ALICE
    assert len(answers.asked) == 2


async def test_the_second_answer_counts() -> None:
    """After a change of subject the actor is whom the second host names, not whom the first did."""
    answers = Answers(
        **{
            "alice@evil.example": answer("acct:alice@example.org", "https://evil.example/users/alice"),
            "alice@example.org": answer("acct:alice@example.org"),
        }
    )
    assert (await lookup(parse_handle("alice@evil.example"), answers)).actor_uri == ACTOR


async def test_two_changes_of_subject() -> None:
    """A second change is refused, and nobody is asked a third time."""
    answers = Answers(
        **{
            "alice@a.example": answer("acct:alice@b.example"),
            "alice@b.example": answer("acct:alice@c.example"),
            "alice@c.example": answer("acct:alice@c.example"),
        }
    )
    with pytest.raises(LookupFailed, match="again"):
        await lookup(parse_handle("alice@a.example"), answers)
    assert len(answers.asked) == 2


async def test_subjects_in_a_circle() -> None:
    """Two hosts that name each other are refused after one question each."""
    answers = Answers(
        **{"alice@a.example": answer("acct:alice@b.example"), "alice@b.example": answer("acct:alice@a.example")}
    )
    with pytest.raises(LookupFailed):
        await lookup(parse_handle("alice@a.example"), answers)
    assert len(answers.asked) == 2


@pytest.mark.parametrize(
    ("given", "error", "reason"),
    [
        ({"subject": "acct:alice@example.org", "links": []}, LookupFailed, "no actor"),
        (answer("acct:alice@example.org", "javascript:x"), LookupFailed, "an actor that is a script"),
        (answer("acct:nonsense"), LookupFailed, "a subject that is no handle"),
        ("<html>", MalformedDescriptor, "no object"),
    ],
)
async def test_useless_answers(given: Any, error: type[Exception], reason: str) -> None:
    """An answer that names no actor is a failure with a sentence."""
    with pytest.raises(error):
        await lookup(ALICE, Answers(**{"alice@example.org": given}))
        pytest.fail(reason)


@pytest.mark.parametrize("subject", ["", "https://photos.example.org/users/alice", "acct:Alice@EXAMPLE.org"])
async def test_subjects_that_change_nothing(subject: str) -> None:
    """Without a subject, with an address for one, or in another spelling, the answer is about whom we asked."""
    found = await lookup(ALICE, Answers(**{"alice@example.org": answer(subject)}))
    assert found.subject == ALICE


async def test_errors_of_the_fetcher_pass() -> None:
    """What the caller's fetching raises comes back to the caller."""
    with pytest.raises(LookupError):
        await lookup(ALICE, Answers())


async def test_confirm() -> None:
    """A claimed handle counts when its host leads back to the very actor (security row 156)."""
    answers = Answers(**{"alice@example.org": answer("acct:alice@example.org")})
    assert (await confirm(ALICE, ACTOR, answers)).subject == ALICE
    with pytest.raises(LookupFailed, match="not the handle"):
        await confirm(ALICE, "https://evil.example/users/alice", answers)


def test_addresses_of_questions() -> None:
    """The handle is encoded, the port kept, and http used only when asked for."""
    assert webfinger_url(Handle("a.b", "localhost:8000"), scheme="http") == (
        "http://localhost:8000/.well-known/webfinger?resource=acct%3Aa.b%40localhost%3A8000"
    )
