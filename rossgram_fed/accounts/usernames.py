"""Which usernames people may take here.

Lower-case letters, digits and underscores: what every large server accepts. A name once taken is never free again,
because its address stays known elsewhere.
"""

from __future__ import annotations

from rossgram_fed.federation.addresses import USERNAME

LONGEST = 30
RESERVED = frozenset(
    """
    about abuse account accounts activitypub actor admin administrator all anonymous api app apps avatar avatars
    blocks boosts bot contact contexts everyone explore federation followers following follows group groups help
    headers here home host_meta hostmaster inbox instance legal likes lists local login logout mail mailer_daemon me
    media mod moderation moderator moderators new news nobody nodeinfo notifications null oauth official ops outbox
    owner p people photos postmaster posts privacy profile root rossgram rossgram_fed rules saved search security
    server settings setup share sign_in sign_out sign_up signin signout signup staff static stories support
    sysadmin system tags team undefined user users webfinger webmaster well_known www you
    """.split()  # noqa: SIM905 - a hundred quotes would hide the names
)
"""Names of our own addresses, and names that would be believed to speak for the server."""


def username_problem(username: str) -> str:
    """Return the sentence that says why a name cannot be taken; empty when it can."""
    if not username:
        return "Choose a name."
    if len(username) > LONGEST:
        return f"A name has {LONGEST} characters at most."
    if not USERNAME.fullmatch(username):
        return "A name is made of small letters a to z, digits and _."
    if username in RESERVED or not username.strip("_"):
        return "This name is not to be had. Choose another."
    return ""
