"""What a list of rules would change, found out before anything is done and done in one change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rossgram_fed.admin.domain_actions import set_rules
from rossgram_fed.admin.domain_csv import BadLine, sheet_from
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader
from rossgram_fed.federation.domain_rules import Rule, all_rules
from rossgram_fed.instance import Change
from rossgram_fed.moderation.staff import Staff


@dataclass(frozen=True, slots=True)
class Plan:
    """What importing a list does."""

    added: tuple[Rule, ...]
    changed: tuple[tuple[Rule, Rule], ...]
    """Each as it is, and as it would be."""
    same: int
    bad: tuple[BadLine, ...]

    @property
    def rules(self) -> list[Rule]:
        """Return what is to be written."""
        return [*self.added, *(after for _, after in self.changed)]


async def plan_of(reader: Reader, text: str, settings: Settings) -> Plan:
    """Say what a list would change; raises ``BadSheet`` when it is none."""
    known = {rule.host: rule for rule in await all_rules(reader)}
    sheet = sheet_from(text, settings, known=known)
    return _plan(known, sheet.rules, sheet.bad)


async def carry_out(change: Change, staff: Staff, text: str) -> Plan:
    """Do what a list asks for, and return what that was; raises ``BadSheet`` when it is none."""
    plan = await plan_of(change.tx, text, change.settings)
    await set_rules(change, staff, plan.rules)
    return plan


def _plan(known: Mapping[str, Rule], rules: Sequence[Rule], bad: tuple[BadLine, ...]) -> Plan:
    added = tuple(rule for rule in rules if rule.host not in known)
    pairs = [(known[rule.host], rule) for rule in rules if rule.host in known]
    changed = tuple(
        (before, after) for before, after in pairs if replace(after, created_at=before.created_at) != before
    )
    return Plan(added, changed, len(pairs) - len(changed), bad)
