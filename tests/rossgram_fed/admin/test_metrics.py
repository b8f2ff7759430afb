"""The figures for Prometheus: for whom they are, and what they say."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network

import pytest

from rossgram_fed.admin.exposition import Metric, Sample, exposition
from rossgram_fed.instance import Instance
from rossgram_fed.web.measuring import BOUNDS, NOWHERE, Durations, Measures
from tests.rossgram_fed.admin.conftest import Office
from tests.rossgram_fed.site import Site, opened_site

LOOPBACK = ("127.0.0.0/8", "::1/128")


@pytest.mark.parametrize(
    ("networks", "proxies", "headers", "status", "why"),
    [
        (LOOPBACK, (), {}, 200, "from this machine"),
        ((), (), {}, 403, "nobody is named"),
        (("10.0.0.0/8",), (), {}, 403, "another network is named"),
        (LOOPBACK, (), {"X-Forwarded-For": "127.0.0.1"}, 403, "through a proxy that nobody named"),
        (LOOPBACK, (), {"X-Real-IP": "127.0.0.1"}, 403, "through a proxy that nobody named"),
        (LOOPBACK, (), {"Via": "1.1 proxy"}, 403, "through a proxy that nobody named"),
        (LOOPBACK, LOOPBACK, {"X-Forwarded-For": "203.0.113.7"}, 403, "the proxy says from elsewhere"),
        (LOOPBACK, LOOPBACK, {"X-Forwarded-For": "127.0.0.1, 203.0.113.7"}, 403, "what the client claimed is nothing"),
        (LOOPBACK, LOOPBACK, {"Forwarded": "for=203.0.113.7"}, 403, "the proxy does not say for whom in our words"),
        (LOOPBACK, LOOPBACK, {"X-Forwarded-Proto": "https"}, 403, "the proxy does not say for whom"),
        (("203.0.113.0/24",), LOOPBACK, {"X-Forwarded-For": "203.0.113.7"}, 200, "a network that is named"),
        (LOOPBACK, ("10.0.0.0/8",), {"X-Forwarded-For": "10.0.0.1"}, 403, "another proxy is named"),
    ],
)
async def test_for_whom(
    instance: Instance,
    networks: tuple[str, ...],
    proxies: tuple[str, ...],
    headers: dict[str, str],
    status: int,
    why: str,
) -> None:
    """Only the named networks read them, also when a proxy on this machine passes requests on."""
    server = replace(
        instance.settings.server,
        metrics_networks=tuple(map(ip_network, networks)),
        trusted_proxies=tuple(map(ip_network, proxies)),
    )
    async with opened_site(replace(instance, settings=replace(instance.settings, server=server))) as site:
        response = await site.visitor.get("/metrics", **headers)
        assert response.status == status, why
        assert not site.visitor.set_cookies


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[Site]:
    async with opened_site(instance) as opened:
        yield opened


async def test_what_they_say(office: Office) -> None:
    """Queues, deliveries by outcome, hosts, sizes and the answers of this process are there."""
    await office.delivery({"type": "Create"}, state=0)
    await office.delivery({"type": "Create"}, state=1)
    await office.delivery({"type": "Create"}, state=2)
    inbox = await office.site.visitor.fetch("POST", "/inbox", data=b"{", Content_Type="application/activity+json")
    assert inbox.status == 400
    for path in ("/nowhere", "/@alice", "/@root"):
        await office.site.visitor.get(path)
    response = await office.site.visitor.get("/metrics")
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = await response.text()
    for line in (
        'rossgram_queue_rows{queue="deliveries",state="waiting"} 1',
        'rossgram_queue_rows{queue="deliveries",state="given_up"} 1',
        'rossgram_queue_rows{queue="arrivals",state="waiting"} 0',
        'rossgram_deliveries{outcome="arrived"} 1',
        'rossgram_deliveries{outcome="given_up"} 1',
        "rossgram_hosts_paused 0",
        'rossgram_requests_total{method="POST",route="/inbox",status="400"} 1',
        'rossgram_requests_total{method="GET",route="none",status="404"} 1',
        'rossgram_request_seconds_count{route="/inbox"} 1',
    ):
        assert f"{line}\n" in text
    assert int(re.search(r"^rossgram_database_bytes (\d+)$", text, re.M)[1]) > 1000  # type: ignore[index]
    assert "alice" not in text
    assert all(
        re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^\n]*"\})? [0-9.e+-]+', line) for line in text.splitlines()
    )


async def test_odd_methods_are_one(site: Site) -> None:
    """Methods that no page takes are counted as one."""
    for method in ("PROPFIND", "MKCOL", "LOCK"):
        await site.visitor.fetch(method, "/")
    text = await site.visitor.text("/metrics")
    assert 'method="other",route="none",status="405"} 3' in text


def test_durations_are_counted_in_classes() -> None:
    """A duration counts in the first class it fits in, its end included; the longest have one of their own."""
    durations = Durations()
    for seconds in (0, BOUNDS[0], BOUNDS[0] + 0.001, 60):
        durations.add(seconds)
    assert durations.classes == [2, 1, *[0] * (len(BOUNDS) - 2), 1]
    assert durations.seconds == pytest.approx(60.011)


def test_measures() -> None:
    """Answers are counted by method, route and status."""
    measures = Measures()
    measures.note("GET", "/p/{id}", 200, 0.1)
    measures.note("GET", "/p/{id}", 200, 0.2)
    measures.note("NONSENSE", NOWHERE, 405, 0.1)
    assert measures.answers == {("GET", "/p/{id}", 200): 2, ("other", NOWHERE, 405): 1}
    assert set(measures.durations) == {"/p/{id}", NOWHERE}


def test_exposition() -> None:
    """Label values and help texts are escaped as the format asks, and whole numbers stay whole."""
    metric = Metric(
        "a_total", "counter", "All\nof \\it", (Sample(3, {"x": 'a"\\\n', "y": "é"}), Sample(0.25, {}, "_sum"))
    )
    assert exposition([metric]) == (
        '# HELP a_total All\\nof \\\\it\n# TYPE a_total counter\na_total{x="a\\"\\\\\\n",y="é"} 3\na_total_sum 0.25\n'
    )
