"""Who lives on the two servers of the demo, what they post and what they say to each other."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "two servers talking"  # noqa: S105 - printed for everybody; the servers listen on loopback only
SEA, HILLS = "sea", "hills"
TITLES = {SEA: "Sea", HILLS: "Hills"}
ABOUT = {SEA: "Photos from the coast.", HILLS: "Photos from up here."}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    username: str
    name: str
    bio: str
    home: str
    seed: int
    """What their portrait is drawn from."""
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """A post: ``photos`` are the seeds its photos are drawn from."""

    author: str
    caption: str
    photos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A comment on the post with this number in ``SHOTS``."""

    author: str
    shot: int
    text: str


PEOPLE = (
    Person("anna", "Anna Lind", "Up before the gulls. Film when the light allows it.", SEA, 1, admin=True),
    Person("jonas", "Jonas Berg", "Boats, ropes, weather.", SEA, 2),
    Person("mira", "Mira Sommer", "I walk uphill and look back.", HILLS, 3, admin=True),
    Person("tomas", "Tomas Novak", "Night trains and long exposures.", HILLS, 4),
)

BEFORE = (
    Shot("anna", "First light over the bay. #morning #water", (10,)),
    Shot("jonas", "Nobody out yet. #boats", (21,)),
    Shot("anna", "Three days, three skies. #sky #water", (30, 41, 32)),
    Shot("mira", "Worth the climb. #hills", (53,)),
    Shot("tomas", "The lake at two in the morning. #night #water", (63,)),
)
"""Posted before anybody knows anybody: whoever follows later finds them already there."""

FOLLOWS = (
    ("mira", "anna"), ("mira", "jonas"), ("tomas", "anna"), ("anna", "mira"), ("jonas", "tomas"),
    ("anna", "jonas"), ("jonas", "anna"), ("mira", "tomas"),
)  # fmt: skip

SHOTS = (
    Shot("anna", "The fog came back at noon and took the far shore with it. #fog #water", (70, 71)),
    Shot("mira", "From the ridge, looking for the sea. You can almost believe it, @anna. #hills #fog", (84,)),
    Shot("jonas", "Autumn has found the harbour. #autumn #boats", (94, 99)),
    Shot("tomas", "One minute, f/8. #night", (103,)),
)
"""Posted to followers elsewhere."""

LIKES = (("mira", 0), ("tomas", 0), ("anna", 1), ("jonas", 3), ("mira", 2), ("anna", 3))
"""Who likes which of ``SHOTS``."""
BOOSTS = (("mira", 0), ("jonas", 3))

COMMENTS = (
    Said("mira", 0, "It reached us an hour later, thinner and cold."),
    Said("tomas", 0, "The second one. I can hear it."),
    Said("anna", 1, "On a clear day I wave at you from the pier."),
    Said("jonas", 3, "Which lens? The stars stay round to the edge."),
)
REPLY = Said("anna", 0, "@mira Then we both had no laundry dry today.")
"""Anna answers the first of ``COMMENTS``."""
