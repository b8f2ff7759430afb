"""Everything a running instance needs to speak with others, built once and passed down."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from aiohttp.abc import AbstractResolver
from aiohttp.web import AppKey

from activitypub.actors import Actor
from activitypub.client import Client, Fetched
from activitypub.origin import host_of
from rossgram_fed.federation.acceptance import Acceptance
from rossgram_fed.federation.budget import Budget, Metered
from rossgram_fed.federation.domain_rules import DomainRules
from rossgram_fed.federation.hosts import Hosts
from rossgram_fed.federation.ready import Ready
from rossgram_fed.federation.recent import Recent
from rossgram_fed.federation.scribes import Scribes
from rossgram_fed.federation.senders import KnownSenders
from rossgram_fed.federation.signers import Signers
from rossgram_fed.federation.single_flight import SingleFlight
from rossgram_fed.federation.synchronisation import Synchronisation
from rossgram_fed.federation.transport import Deadlines, Door
from rossgram_fed.federation.turns import Turns
from rossgram_fed.instance import Instance
from rossgram_fed.software import VERSION

MINUTE = 60_000
NEGATIVE = 5 * MINUTE
"""How long a fetch that failed is not tried again, whoever asks."""


@dataclass(frozen=True, slots=True)
class Network:
    """One instance's way to the others."""

    instance: Instance
    transport: Door
    client: Client
    signers: Signers
    hosts: Hosts
    rules: DomainRules
    senders: KnownSenders
    acceptance: Acceptance
    ready: Ready
    synchronisation: Synchronisation
    scribes: Scribes = field(default_factory=Scribes)
    """Who canonicalises documents; nobody until there is one."""
    failures: Recent[str, Exception] = field(default_factory=lambda: Recent(most=10_000, milliseconds=NEGATIVE))
    """Fetches that failed lately, by URI."""
    poisoners: Recent[str, bool] = field(default_factory=lambda: Recent(most=10_000, milliseconds=NEGATIVE))
    """Hosts whose signed documents lately had no meaning that could be found within its budget."""
    actor_reads: SingleFlight[Actor] = field(default_factory=SingleFlight)
    """Actors being fetched at this moment, by URI."""
    actors_kept: SingleFlight[int] = field(default_factory=SingleFlight)
    """Actors whose handles are being looked up, by URI; each yields an account id."""

    refetched: Recent[str, bool] = field(default_factory=lambda: Recent(most=20_000, milliseconds=NEGATIVE))
    """Known actors whose keys were fetched again lately because a signature did not hold."""
    key_fetches: Turns = field(default_factory=Turns)
    """Whose senders are being looked up, for all who knock at the inbox."""
    threads_seen: Recent[int, bool] = field(default_factory=lambda: Recent(most=20_000, milliseconds=15 * MINUTE))
    """Posts whose answers were lately asked for, or need not be, so that their pages cost no query more."""
    polls_seen: Recent[int, bool] = field(default_factory=lambda: Recent(most=20_000, milliseconds=MINUTE))
    """Posts whose polls were lately asked for, or need not be."""

    def within(self, budget: Budget) -> Network:
        """Return this network for one errand: whatever is sent through it is charged to the errand's budget.

        It shares no fetch with others, who would be told that a budget is spent which is not theirs.
        """
        return replace(
            self,
            client=self.client.over(Metered(self.transport, budget)),
            actor_reads=SingleFlight(),
            actors_kept=SingleFlight(),
        )

    async def get(self, uri: str) -> Fetched:
        """Fetch a document with a GET signed by the server's own actor; whose it is, the caller checks."""
        host = host_of(uri)
        first = await self.hosts.scheme_for(host)
        fetched = await self.client.get(uri, key=await self.signers.server_key(), first=first)
        await self.hosts.learn(host, tried=first, worked=fetched.scheme)
        return fetched

    async def close(self) -> None:
        """Hang up."""
        await self.scribes.close()
        await self.transport.close()


NETWORK: AppKey[Network] = AppKey("network", Network)
"""Where an aiohttp application keeps it."""


def user_agent(base_url: str) -> str:
    """Return how we introduce ourselves; some servers refuse an empty or unknown name."""
    return f"Rossgram/{VERSION} (+{base_url}/)"


def build_network(
    instance: Instance, *, resolver: AbstractResolver | None = None, deadlines: Deadlines | None = None
) -> Network:
    """Build an instance's network; ``resolver`` replaces DNS and nothing else: the guard checks what it says."""
    name = user_agent(instance.settings.base_url)
    rules = DomainRules(instance)
    door = Door(instance.settings, user_agent=name, rules=rules, resolver=resolver, deadlines=deadlines)
    client = Client(
        door,
        name,
        lambda: datetime.fromtimestamp(instance.clock() / 1000, UTC),
        allow_http=instance.settings.development.allow_http_and_private_networks,
    )
    return Network(
        instance=instance,
        transport=door,
        client=client,
        signers=Signers(instance),
        hosts=Hosts(instance),
        rules=rules,
        senders=KnownSenders(instance),
        acceptance=Acceptance(instance),
        ready=Ready(instance),
        synchronisation=Synchronisation(instance),
    )
