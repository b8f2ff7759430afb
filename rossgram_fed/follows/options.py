"""What somebody makes of a follow and of whom they follow: boosts, news, languages, a note, a recommendation.

All of it is between a person and this server; nobody else is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rossgram_fed.follows.parties import parties
from rossgram_fed.instance import Change
from rossgram_fed.models.relations import FollowState
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import clean_text

LONGEST_NOTE = 2000
LONGEST_LANGUAGES = 255
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")


async def set_options(
    change: Change,
    *,
    account_id: int,
    target_id: int,
    shows_boosts: bool | None = None,
    notifies: bool | None = None,
    languages: Sequence[str] | None = None,
) -> None:
    """Change a follow or request that is there, where something is said; raises ``Invalid`` for what is no language."""
    await change.tx.execute(
        "UPDATE follows SET shows_boosts = COALESCE(CAST($3 AS BOOLEAN), shows_boosts), "
        "notifies = COALESCE(CAST($4 AS BOOLEAN), notifies), languages = COALESCE(CAST($5 AS TEXT), languages) "
        "WHERE follower_id = $1 AND followed_id = $2",
        account_id,
        target_id,
        shows_boosts,
        notifies,
        None if languages is None else languages_column(languages),
    )


def languages_column(languages: Sequence[str]) -> str:
    """Return what the column ``Follow.languages`` keeps; raise ``Invalid`` for what is no language."""
    if not all(_LANGUAGE.fullmatch(one) for one in languages):
        raise Invalid("Validation failed: Languages must be codes such as en or pt-BR")
    column = " ".join(dict.fromkeys(languages))
    if len(column) > LONGEST_LANGUAGES:
        raise Invalid("Validation failed: Languages are too many")
    return column


async def set_note(change: Change, *, account_id: int, target_id: int, comment: str) -> None:
    """Keep a private note about an account; an empty one takes it away. Raises ``Invalid`` for one that is too long."""
    comment = clean_text(comment, lines=True)
    if len(comment) > LONGEST_NOTE:
        raise Invalid(f"Validation failed: Comment is too long (maximum is {LONGEST_NOTE} characters)")
    await parties(change, account_id, target_id)
    if not comment:
        await change.tx.execute(
            "DELETE FROM account_notes WHERE account_id = $1 AND target_id = $2", account_id, target_id
        )
        return
    await change.tx.execute(
        "INSERT INTO account_notes (id, account_id, target_id, comment) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (account_id, target_id) DO UPDATE SET comment = excluded.comment",
        change.new_id(),
        account_id,
        target_id,
        comment,
    )


async def endorse(change: Change, *, account_id: int, target_id: int) -> None:
    """Show an account on one's profile; raises ``Invalid`` for whom one does not follow."""
    await parties(change, account_id, target_id)
    followed = await change.tx.fetch_value(
        "SELECT 1 FROM follows WHERE follower_id = $1 AND followed_id = $2 AND state = $3",
        account_id,
        target_id,
        int(FollowState.ACCEPTED),
    )
    if not followed:
        raise Invalid("Validation failed: You must be already following the person you want to endorse")
    await change.tx.execute(
        "INSERT INTO endorsements (id, account_id, target_id, created_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (account_id, target_id) DO NOTHING",
        change.new_id(),
        account_id,
        target_id,
        change.now,
    )


async def unendorse(change: Change, *, account_id: int, target_id: int) -> None:
    """Show an account on one's profile no longer."""
    await change.tx.execute("DELETE FROM endorsements WHERE account_id = $1 AND target_id = $2", account_id, target_id)
