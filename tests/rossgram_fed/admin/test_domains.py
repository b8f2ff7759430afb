"""The lists of rules for whole servers: read, planned, imported and exported, from pages and from the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rossgram_fed.admin import domain_actions
from rossgram_fed.admin.domain_csv import BadSheet, allows_csv, blocks_csv, sheet_from
from rossgram_fed.admin.domain_plans import carry_out
from rossgram_fed.admin.domain_queries import BATCH, accounts_under, effect_of
from rossgram_fed.cli.commands import application
from rossgram_fed.config import FederationSettings, ServerSettings, Settings
from rossgram_fed.federation.account_rows import insert_account
from rossgram_fed.federation.domain_rules import Rule, all_rules
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Follow
from rossgram_fed.models.accounts import Role, Standing
from rossgram_fed.models.relations import FollowState
from rossgram_fed.moderation.log import entries
from rossgram_fed.moderation.staff import COMMAND_LINE, Staff
from tests.builders import a_person, a_stranger

SETTINGS = Settings(server=ServerSettings(base_url="https://photos.here.test"))
BOSS = Staff(account_id=1, name="@boss", role=Role.ADMIN)
HEAD = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"
MASTODONS = (
    HEAD + 'bad.test,suspend,True,True,"spam, and worse",True\nloud.test,silence,false,false,,False\n'
    "pics.test,noop,true,false,,False\nMÜNCHEN.test,suspend,,,,\n"
)


def test_a_list_of_mastodons_is_read() -> None:
    """Every severity, flag and comment, whatever the case; hosts come out in their one spelling."""
    sheet = sheet_from("\ufeff" + MASTODONS.replace("\n", "\r\n"), SETTINGS, known={})
    assert sheet.bad == ()
    assert sheet.rules == (
        Rule("bad.test", Standing.SUSPENDED, reject_media=True, reject_reports=True, public_comment="spam, and worse"),
        Rule("loud.test", Standing.LIMITED),
        Rule("pics.test", Standing.OPEN, reject_media=True),
        Rule("xn--mnchen-3ya.test", Standing.SUSPENDED),
    )
    assert sheet_from(blocks_csv(sheet.rules), SETTINGS, known={}).rules == sheet.rules
    allowed = sheet_from("#domain\nfriend.test\n\n", SETTINGS, known={}).rules
    assert allowed == (Rule("friend.test"),)
    assert allows_csv(allowed) == "#domain\nfriend.test\n"


BAD_LINES = {
    "an obfuscated name": ("b*d.test,suspend", "no name of a server"),
    "an address": ("https://bad.test/,suspend", "no name of a server"),
    "a name with a port": ("bad.test:8443,suspend", "no name of a server"),
    "nothing": (",suspend", "no name of a server"),
    "too long": ("a" * 300 + ".test,suspend", "no name of a server"),
    "this server": ("photos.here.test,suspend", "this server itself"),
    "a domain above this server": ("here.test,suspend", "this server itself"),
    "an unknown severity": ("bad.test,destroy", "is no severity"),
    "no word of truth": ("bad.test,suspend,perhaps", "neither true nor false"),
    "nothing asked for": ("bad.test,noop,false,false", "asks for nothing"),
    "the same again": ("good.test,suspend", "stands in the list before"),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_bad_lines_are_named_and_change_nothing(name: str) -> None:
    """Each bad line comes with its number and a sentence; the good ones around it are read."""
    line, sentence = BAD_LINES[name]
    sheet = sheet_from(f"{HEAD}good.test,silence\n{line}\nlast.test,suspend\n", SETTINGS, known={})
    assert [rule.host for rule in sheet.rules] == ["good.test", "last.test"]
    assert [(one.number, sentence in one.sentence) for one in sheet.bad] == [(3, True)]


@pytest.mark.parametrize("text", ["", "\n", "hello", "<html>", "#severity\nsuspend", 'x,#domain\n"' + "y" * 200_000])
def test_what_is_no_list_is_refused(text: str) -> None:
    """A file without the column of domains, or that is no CSV, is refused as a whole."""
    with pytest.raises(BadSheet):
        sheet_from(text, SETTINGS, known={})


def test_a_list_of_blocks_lets_nobody_in() -> None:
    """Where only allowed servers come in, a harmless line of a list of blocks allows nobody; who is allowed stays."""
    closed = replace(SETTINGS, federation=FederationSettings(allow_list_only=True))
    text = f"{HEAD}pics.test,noop,true,false\n"
    assert sheet_from(text, closed, known={}).rules == ()
    known = {"pics.test": Rule("pics.test", comment="ours")}
    assert sheet_from(text, closed, known=known).rules == (Rule("pics.test", reject_media=True, comment="ours"),)


async def test_importing_changes_what_differs_and_keeps_what_is_not_said(instance: Instance) -> None:
    """A second import of the same list changes nothing; notes of the admins survive every import."""
    async with instance.change() as change:
        await domain_actions.set_rule(change, COMMAND_LINE, Rule("bad.test", Standing.LIMITED, comment="watch them"))
        plan = await carry_out(change, BOSS, MASTODONS)
    assert (len(plan.added), len(plan.changed), plan.same) == (3, 1, 0)
    rules = {rule.host: rule for rule in await all_rules(instance.database)}
    assert (rules["bad.test"].standing, rules["bad.test"].comment) == (Standing.SUSPENDED, "watch them")
    async with instance.change() as change:
        again = await carry_out(change, BOSS, MASTODONS)
    assert (again.rules, again.same) == ([], 4)
    async with instance.change() as change:
        assert await domain_actions.lift_rule(change, BOSS, "bad.test")
        assert not await domain_actions.lift_rule(change, BOSS, "bad.test")
    lines = [(one.actor, one.deed, one.target, one.reason) for one in await entries(instance.database, limit=9)]
    assert lines[0] == ("@boss", "lifted the rule for", "bad.test", "It was suspended, no pictures, no reports.")
    assert lines[-1] == ("the command line", "set the rule for", "bad.test", "It is limited.")
    assert len(lines) == 1 + 4 + 1, "each rule that an import changed has its line, and nothing else has"
    assert "watch them" not in str(lines), "what the admins noted is for them alone"


async def test_many_accounts_are_brought_in_line_in_batches(instance: Instance) -> None:
    """A host with more accounts than one change may touch: a job does it, and nobody elsewhere is touched."""
    async with instance.change() as change:
        alice = await a_person(change)
        template = await a_stranger(change, "s0", domain="big.test")
        below = await a_stranger(change, "below", domain="sub.big.test")
        split = await a_stranger(change, "split", domain="elsewhere.test")
        await Account.filter(id=split.id).update(uri="https://ap.big.test/users/split")
        unlike = ("notbig.test", "big.test.evil.test", "b_g.test")
        others = [await a_stranger(change, "o", domain=one) for one in unlike]
        await Account.filter(id=others[0].id).update(uri="https://notbig.test/users/a.big.test/x")
        for number in range(1, 2 * BATCH + 10):
            uri = f"https://big.test/users/s{number}"
            values = {"username": f"s{number}", "domain": "big.test", "uri": uri, "url": uri, "actor_type": "Person",
                      "inbox": f"{uri}/inbox"}  # fmt: skip
            assert await insert_account(change, change.new_id(), values)
        for other in (template, others[0]):
            await Follow.create(
                id=change.new_id(), follower_id=alice.id, followed_id=other.id, state=FollowState.ACCEPTED, uri="",
                created_at=1,
            )  # fmt: skip
    effect = await effect_of(instance.database, "big.test")
    assert (effect.accounts, effect.follows) == (2 * BATCH + 12, 1)
    async with instance.change() as change:
        await domain_actions.set_rule(change, COMMAND_LINE, Rule("big.test", Standing.SUSPENDED))
    assert await _suspended(instance) == 0, "so many are the job's"
    await domain_actions.apply_rules(instance, {"host": "big.test"})
    assert await _suspended(instance) == 2 * BATCH + 12
    kept = await instance.database.fetch("SELECT followed_id FROM follows")
    assert [row["followed_id"] for row in kept] == [others[0].id]
    assert {row.id for row in await accounts_under(instance.database, "sub.big.test", after=0, limit=9)} == {below.id}


async def _suspended(instance: Instance) -> int:
    return int(await instance.database.fetch_value("SELECT COUNT(*) FROM accounts WHERE host_standing = 2"))


@pytest.fixture
def rossgram(tmp_path: Path) -> Callable[..., str]:
    """The command line, with a configuration of its own; returns what it says."""
    config = tmp_path / "config.toml"
    config.write_text(f'[server]\nbase_url = "https://photos.here.test"\n[storage]\ndata = "{tmp_path}/data"\n')

    def rossgram(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(application, ["domains", *words])
        assert result.exit_code == code, result.output
        return result.output

    return lambda *words, code=0: rossgram(*words, "--config", str(config), code=code)


def test_the_command_line(rossgram: Callable[..., str], tmp_path: Path) -> None:
    """Import says what it did and names bad lines; --dry-run changes nothing; list and export show what holds."""
    sheet = tmp_path / "blocks.csv"
    sheet.write_text(MASTODONS + "b*d.test,suspend\n")
    assert "4 rules would be set" in rossgram("import", str(sheet), "--dry-run")
    assert "no rules" in rossgram("list")
    said = rossgram("import", str(sheet))
    assert "Line 6" in said
    assert "4 rules were set" in said
    assert "bad.test: suspended, no pictures, no reports" in rossgram("list")
    exported = rossgram("export")
    assert sheet_from(exported, SETTINGS, known={}).rules == sheet_from(MASTODONS, SETTINGS, known={}).rules
    assert rossgram("export", "--kind", "allows") == "#domain\npics.test\n"
    assert '"standing": "limited"' in rossgram("list", "--json")
    rossgram("import", str(tmp_path / "missing.csv"), code=1)
    (tmp_path / "no.csv").write_text("hello")
    rossgram("import", str(tmp_path / "no.csv"), code=1)
