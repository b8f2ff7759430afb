"""The forms about one's own account, read into frozen drafts; what is wrong stands in ``form.errors``."""

from __future__ import annotations

from dataclasses import dataclass, field

from rossgram_fed.accounts.passwords import password_problem
from rossgram_fed.accounts.usernames import username_problem
from rossgram_fed.config import Settings
from rossgram_fed.web.forms import Form

LONGEST_NAME = 60
LONGEST_BIO = 1000
MOST_LINKS = 4
LONGEST_LINK_NAME = 40
LONGEST_LINK = 500


@dataclass(frozen=True, slots=True)
class SignInDraft:
    """Who somebody says they are."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignUpDraft:
    """Somebody who wants an account."""

    username: str
    password: str = field(repr=False)
    invite: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PasswordDraft:
    """A password to be replaced, and its replacement."""

    current: str = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """How somebody wants to be seen."""

    name: str = ""
    bio: str = ""
    links: tuple[tuple[str, str], ...] = ()
    locked: bool = False
    discoverable: bool = True
    indexable: bool = False
    hides_network: bool = False
    """Whether nobody else is told who follows them and whom they follow."""
    bot: bool = False
    """Whether the account says that it acts by itself."""
    remove_avatar: bool = False
    remove_header: bool = False


def username_typed(form: Form, settings: Settings) -> str:
    """Return the username in whichever way somebody typed their handle: ``Alice``, ``@alice``, ``alice@here``."""
    typed = form.text("username", most=320).lower().lstrip("@")
    name, _, domain = typed.partition("@")
    return name if domain in ("", settings.account_domain, settings.host) else typed


def read_sign_in(form: Form, settings: Settings) -> SignInDraft:
    """Read the sign-in form."""
    return SignInDraft(username_typed(form, settings), form.secret("password"))


def read_sign_up(form: Form, settings: Settings) -> SignUpDraft:
    """Read the sign-up form, or that of the first run."""
    username, password = username_typed(form, settings), form.secret("password")
    if problem := username_problem(username):
        form.error("username", problem)
    if problem := password_problem(password, username=username):
        form.error("password", problem)
    return SignUpDraft(username, password, form.text("invite", most=100))


def read_password(form: Form, *, username: str) -> PasswordDraft:
    """Read the form that changes a password."""
    draft = PasswordDraft(form.secret("current"), form.secret("new"))
    if problem := password_problem(draft.new, username=username):
        form.error("new", problem)
    return draft


def read_profile(form: Form) -> ProfileDraft:
    """Read the profile form; a link without an address is left out."""
    names = form.texts("link_name", most=LONGEST_LINK_NAME)
    values = form.texts("link_value", most=LONGEST_LINK)
    links = [(name or value, value) for name, value in zip(names, values, strict=False) if value]
    return ProfileDraft(
        name=form.text("name", most=LONGEST_NAME),
        bio=form.text("bio", most=LONGEST_BIO, lines=True),
        links=tuple((name[:LONGEST_LINK_NAME], value) for name, value in links[:MOST_LINKS]),
        locked=form.flag("locked"),
        discoverable=form.flag("discoverable"),
        indexable=form.flag("indexable"),
        hides_network=form.flag("hides_network"),
        bot=form.flag("bot"),
        remove_avatar=form.flag("remove_avatar"),
        remove_header=form.flag("remove_header"),
    )
