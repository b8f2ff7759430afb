"""One budget for one errand: whatever runs out first ends it, and other servers get no more than their share."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

from activitypub.http import Request, Response
from rossgram_fed.federation.budget import Budget, BudgetSpent, Limits, Metered

LIMITS = Limits(requests=5, items=2, depth=2, seconds=10, bytes=100, hosts=2, requests_per_host=2)
HOME = "https://home.test/x"


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def ask(budget: Budget, *urls: str) -> str:
    """Ask for addresses until the budget says no; return what is spent then."""
    for url in urls:
        try:
            budget.request(url)
        except BudgetSpent as spent:
            return spent.what
    return ""


@pytest.mark.parametrize(
    ("urls", "spent", "reason"),
    [
        ([HOME] * 5, "", "the server it is about may be asked for all there is"),
        ([HOME] * 6, "requests", "no more requests than allowed"),
        (["https://a.test/1", "https://b.test/1", HOME], "", "two others are allowed"),
        (["https://a.test/1", "https://b.test/1", "https://c.test/1"], "hosts", "a third other is not"),
        (["https://a.test/1", "https://A.test./2"], "", "one host however it is spelled"),
        (["https://a.test/1", "https://a.test/2", "https://a.test/3"], "hosts", "another's share is small"),
        (["https://a.test/1", "https://a.test:444/1", "https://b.test/1"], "hosts", "a port is a server of its own"),
    ],
)
def test_requests(urls: list[str], spent: str, reason: str) -> None:
    """Requests are counted, and those to other servers by server, so that nobody is sent to one without end."""
    assert ask(Budget(LIMITS, home="home.test"), *urls) == spent, reason


def test_everything_else_that_runs_out() -> None:
    """Bytes, seconds, items and steps each end an errand by the same error, which says which."""
    clock = Clock()
    budget = Budget(LIMITS, home="home.test", now=clock)
    budget.received(99)
    assert ask(budget, HOME) == ""
    budget.received(1)
    assert ask(budget, HOME) == "bytes"
    late = Budget(LIMITS, home="home.test", now=clock)
    clock.now = 10.0
    assert ask(late, HOME) == "seconds"
    taking = Budget(LIMITS)
    taking.item()
    taking.item()
    with pytest.raises(BudgetSpent, match="items"):
        taking.item()
    assert (taking.reaches(2), taking.reaches(3), taking.depth) == (True, False, 2)


class Silent:
    """A transport that never answers."""

    async def send(self, request: Request) -> Response:
        raise TimeoutError


class Talking:
    """A transport that answers everything with twenty bytes."""

    def __init__(self) -> None:
        self.sent = 0

    async def send(self, request: Request) -> Response:
        self.sent += 1
        return Response(200, request.url, CIMultiDict(), b"x" * 20)


async def test_the_meter_is_at_the_door() -> None:
    """Nothing is sent once the budget is spent, and who does not answer in time is not waited for."""
    talking, budget = Talking(), Budget(LIMITS, home="home.test")
    door = Metered(talking, budget)
    for _ in range(5):
        await door.send(Request("GET", HOME))
    with pytest.raises(BudgetSpent):
        await door.send(Request("GET", HOME))
    assert (talking.sent, budget.requests, budget.bytes) == (5, 5, 100)
    with pytest.raises(BudgetSpent, match="seconds"):
        await Metered(Silent(), Budget(LIMITS)).send(Request("GET", HOME))
