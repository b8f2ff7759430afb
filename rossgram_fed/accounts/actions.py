"""What people do with their own account: passwords, invitations, the profile, and the end of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from activitypub.activities import Delete, Update
from activitypub.objects import PUBLIC
from activitypub.render import activity_document
from rossgram_fed.accounts.bio import bio_html, links_column, links_from
from rossgram_fed.accounts.erasure import erase
from rossgram_fed.accounts.forms import ProfileDraft
from rossgram_fed.accounts.queries import user_by_username
from rossgram_fed.federation import addresses, errands, outbox
from rossgram_fed.federation.actor_documents import ACTOR_COLUMNS, actor_document_of, actor_of
from rossgram_fed.instance import Change
from rossgram_fed.media.keeping import Files, Portrait, let_go_of, note_portrait
from rossgram_fed.models.accounts import Role
from rossgram_fed.oauth.callers import REVOKED, revoke_all
from rossgram_fed.web import sessions

INVITE_DAYS = 14
INVITE_USES = 1
PERSON, BOT = "Person", "Service"
"""The types of actors that people here have; the second says that the account acts by itself."""


async def change_password(change: Change, *, user_id: int, password_hash: str, keep_session: int | None) -> None:
    """Set a new password, close every other session and sign every app out."""
    await change.tx.execute("UPDATE users SET password_hash = $1 WHERE id = $2", password_hash, user_id)
    await sessions.end_all(change, user_id=user_id, keep=keep_session)
    await revoke_all(change, user_id=user_id)


async def reset_password(change: Change, *, username: str, password_hash: str) -> bool:
    """Set a password for somebody who lost theirs, and sign them out everywhere; False when there is nobody."""
    user = await user_by_username(change.tx, username)
    if user is None:
        return False
    await change_password(change, user_id=user.id, password_hash=password_hash, keep_session=None)
    return True


async def set_role(change: Change, *, username: str, role: Role) -> bool:
    """Make somebody an admin, a moderator or a member; False when there is nobody of that name."""
    user = await user_by_username(change.tx, username)
    if user is None:
        return False
    await change.tx.execute("UPDATE users SET role = $1 WHERE id = $2", int(role), user.id)
    change.tx.signal(REVOKED)
    return True


async def create_invite(change: Change, *, user_id: int, code: str, uses: int = INVITE_USES) -> int:
    """Keep an invitation; only its hash is kept, so the code must be shown now or never."""
    invite_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO invites (id, code_hash, created_by_id, uses_left, created_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        invite_id,
        _code_hash(code),
        user_id,
        uses,
        change.now,
        change.now + INVITE_DAYS * 86_400_000,
    )
    return invite_id


async def use_invite(change: Change, *, code: str) -> bool:
    """Use an invitation up by one; False when it opens nothing (any more)."""
    rows = await change.tx.fetch(
        "UPDATE invites SET uses_left = uses_left - 1 WHERE code_hash = $1 AND uses_left > 0 AND expires_at > $2 "
        "RETURNING id",
        _code_hash(code),
        change.now,
    )
    return bool(rows)


async def withdraw_invite(change: Change, *, user_id: int, invite_id: int) -> None:
    """Take one of one's own invitations back."""
    await change.tx.execute("DELETE FROM invites WHERE id = $1 AND created_by_id = $2", invite_id, user_id)


async def update_profile(
    change: Change,
    *,
    account_id: int,
    draft: ProfileDraft,
    avatar: Files | None = None,
    header: Files | None = None,
) -> None:
    """Change how somebody presents themselves, tell their followers' servers, and have their links checked."""
    before = str(await change.tx.fetch_value("SELECT links FROM accounts WHERE id = $1", account_id) or "[]")
    await change.tx.execute(
        "UPDATE accounts SET name = $1, bio = $2, bio_html = $3, links = $4, locked = $5, discoverable = $6, "
        "indexable = $7, hides_network = $8, actor_type = $9, updated_at = $10 WHERE id = $11",
        draft.name,
        draft.bio,
        await bio_html(change.tx, change.settings, draft.bio),
        links_column(draft.links, before=links_from(before)),
        draft.locked,
        draft.discoverable,
        draft.indexable,
        draft.hides_network,
        BOT if draft.bot else PERSON,
        change.now,
        account_id,
    )
    await _set_portrait(change, "avatar", avatar, account_id=account_id, remove=draft.remove_avatar)
    await _set_portrait(change, "header", header, account_id=account_id, remove=draft.remove_header)
    if draft.links:
        await errands.verify_links(change, account_id=account_id)
    change.tx.signal("account", str(account_id))
    await tell_followers(change, account_id=account_id)


async def _set_portrait(change: Change, what: Portrait, files: Files | None, *, account_id: int, remove: bool) -> None:
    """Exchange a picture of somebody's profile, or take it away; a new one counts more than its removal."""
    key = ""
    if files is not None:
        key = await note_portrait(change, files, what, account_id=account_id)
    elif remove:
        await let_go_of(change, what, account_id=account_id)
    else:
        return
    await change.tx.execute(f"UPDATE accounts SET {what}_key = $1 WHERE id = $2", key, account_id)  # noqa: S608 - one of two names


async def tell_followers(change: Change, *, account_id: int) -> None:
    """Send an ``Update`` of the actor to the servers of everybody who follows them."""
    row = await change.tx.fetch_one(f"SELECT {ACTOR_COLUMNS} FROM accounts WHERE id = $1", account_id)  # noqa: S608 - a constant
    if row is None:
        return
    update = Update(
        id=addresses.activity_uri(row["uri"], f"updates/{change.now}"),
        actor=row["uri"],
        to=(PUBLIC,),
        cc=(row["followers_uri"],),
        published=datetime.fromtimestamp(change.now // 1000, UTC),
        object=actor_of(change.settings, row),
    )
    document = activity_document(update, actor_document_of(change.settings, row))
    await outbox.send(change, sender_id=account_id, document=document, audience=outbox.Audience(followers=True))


async def delete_account(change: Change, *, account_id: int) -> None:
    """End a local account for good: its servers are told, everything of it is removed, its name stays taken.

    Its keys stay, because what is still to be delivered must be signed.
    """
    uri = await change.tx.fetch_value("SELECT uri FROM accounts WHERE id = $1 AND domain = ''", account_id)
    if uri is None:
        return
    delete = Delete(id=addresses.activity_uri(uri, "delete"), actor=uri, to=(PUBLIC,), object=uri)
    await outbox.send_to_all_known(change, sender_id=account_id, document=activity_document(delete))
    await change.tx.execute("DELETE FROM users WHERE account_id = $1", account_id)  # sessions and tokens go with it
    change.tx.signal(REVOKED)
    await erase(change, account_id=account_id)
    await change.tx.execute(
        "UPDATE accounts SET name = '', bio = '', bio_html = '', links = '[]', avatar_key = '', header_key = '', "
        "discoverable = FALSE, "
        "deleted_at = $1, updated_at = $1 WHERE id = $2",
        change.now,
        account_id,
    )
    change.tx.signal("account", str(account_id))


def _code_hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
