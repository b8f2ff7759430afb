"""What the admins decided about whole servers, kept in memory so that asking costs nothing.

A rule covers a host and everything below it; the most specific rule wins. With ``federation.allow_list_only`` a host
comes in only by a rule that says open. Accounts carry what the rules say of them (``accounts.host_standing``,
``accounts.media_refused``), so that no query needs the list; doors that meet a host before an account ask here.

The rule: what is remembered is dropped by a signal, in every process that hears it, and after half a minute in any case
(a command beside a server on SQLite has no other way to tell it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activitypub.errors import MalformedDocument
from activitypub.origin import host_of
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models.accounts import Standing

SIGNAL = "domain_rules"
KEPT_MS = 30_000
COLUMNS = "host, standing, reject_media, reject_reports, comment, public_comment, created_at"


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for a host."""

    host: str
    standing: Standing = Standing.OPEN
    reject_media: bool = False
    reject_reports: bool = False
    comment: str = ""
    """For whoever runs the server."""
    public_comment: str = ""
    """For those who are told that a door is closed."""
    created_at: int = 0

    @property
    def closed(self) -> bool:
        """Whether nothing comes from there and nothing goes there."""
        return self.standing is Standing.SUSPENDED

    @property
    def sentence(self) -> str:
        """Say to people here why nothing comes from there."""
        return f"This server does not speak with {self.host}. {self.public_comment}".strip()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an account carries of the rules for its hosts."""

    standing: Standing
    media_refused: bool


class DomainRules:
    """The table ``domain_rules`` in memory."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._allow_list = instance.settings.federation.allow_list_only
        self._rules: dict[str, Rule] = {}
        self._fresh_until = 0
        self._changes = 0
        instance.database.signals.listen(SIGNAL, self._changed)

    async def of(self, host: str) -> Rule:
        """Return what holds for a host; where no rule does, the host is open, or closed by an allow list."""
        found = await self.written_for(host)
        if found is not None and not (self._allow_list and found.standing is Standing.LIMITED):
            return found
        if not self._allow_list:
            return Rule(host)
        return Rule(host, Standing.SUSPENDED, public_comment="" if found is None else found.public_comment)

    async def of_address(self, url: str) -> Rule:
        """Return what holds for the host of an address; of what is no address, nothing does."""
        try:
            return await self.of(host_of(url))
        except MalformedDocument:
            return Rule("")

    async def written_for(self, host: str) -> Rule | None:
        """Return the most specific rule that the admins wrote for a host; None when there is none."""
        if self._fresh_until <= self._instance.clock():
            await self._read()
        if not self._rules:
            return None
        return next((self._rules[name] for name in names_of(host) if name in self._rules), None)

    def _changed(self, _: str) -> None:
        self._changes += 1
        self._fresh_until = 0

    async def _read(self) -> None:
        """Read all rules; those that change meanwhile are read again at the next question."""
        changes, now = self._changes, self._instance.clock()
        rows = await self._instance.database.fetch(f"SELECT {COLUMNS} FROM domain_rules")  # noqa: S608 - a constant
        self._rules = {row["host"]: rule_from(row) for row in rows}
        if changes == self._changes:
            self._fresh_until = now + KEPT_MS


async def verdict_in(change: Change, uri: str, domain: str) -> Verdict:
    """Return what an account is to carry, as the tables say within a change."""
    names = list(dict.fromkeys(name for host in _hosts_of(uri, domain) for name in names_of(host)))
    rows = await change.tx.fetch(
        f"SELECT {COLUMNS} FROM domain_rules WHERE host IN ({placeholders(len(names))})",  # noqa: S608 - constants
        *names,
    )
    return verdict_of({row["host"]: rule_from(row) for row in rows}, uri, domain, settings=change.settings)


def verdict_of(rules: Mapping[str, Rule], uri: str, domain: str, *, settings: Settings) -> Verdict:
    """Return what an account is to carry; ``domain`` is that of its handle, which may not be its host.

    Of the rules for the two the stricter counts. ``rules`` holds at least those that may cover them, by host.
    """
    found = [next((rules[name] for name in names_of(host) if name in rules), None) for host in _hosts_of(uri, domain)]
    written = [rule for rule in found if rule is not None]
    standing = max((rule.standing for rule in written), default=Standing.OPEN)
    if settings.federation.allow_list_only and (not written or standing is not Standing.OPEN):
        standing = Standing.SUSPENDED
    return Verdict(standing, standing is Standing.SUSPENDED or any(rule.reject_media for rule in written))


async def all_rules(reader: Reader) -> tuple[Rule, ...]:
    """Return every rule, by host."""
    rows = await reader.fetch(f"SELECT {COLUMNS} FROM domain_rules ORDER BY host")  # noqa: S608 - a constant
    return tuple(rule_from(row) for row in rows)


def rule_from(row: Row) -> Rule:
    """Read a rule out of a row with ``COLUMNS``."""
    return Rule(
        host=row["host"],
        standing=Standing(row["standing"]),
        reject_media=bool(row["reject_media"]),
        reject_reports=bool(row["reject_reports"]),
        comment=row["comment"],
        public_comment=row["public_comment"],
        created_at=row["created_at"],
    )


def names_of(host: str) -> list[str]:
    """Return the names under which a rule for a host may stand, the most specific first; ports do not count."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    names = [name]
    while not name.startswith("[") and "." in name:
        name = name.partition(".")[2]
        names.append(name)
    return names


def covers(rule_host: str, host: str) -> bool:
    """Say whether a rule's host is a host, or above it."""
    return rule_host in names_of(host)


def _hosts_of(uri: str, domain: str) -> list[str]:
    return list(dict.fromkeys(host for host in (host_of(uri), domain) if host))
