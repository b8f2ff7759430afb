"""The focal point of photos in forms: what must stay in sight where a photo is cut to a square.

The rule: it is a point of the photo as the same form crops it, in hundredths from the middle to the edges, to the right
and down. Rows and documents have it as ``focalPoint`` has it: from -1 to 1, to the right and up.
"""

from __future__ import annotations

from collections.abc import Iterable

from rossgram_fed.media.pictures import Focal
from rossgram_fed.web.forms import Form

LEAST, MOST = -100, 100


def as_typed(focal: Focal) -> tuple[int, int]:
    """Return a focal point as the two numbers of a form."""
    return round(focal[0] * 100), -round(focal[1] * 100)


def typed_focus(form: Form, photo_id: int) -> tuple[int, int] | None:
    """Return the two numbers that were typed for a photo, or None without fields; raise ``ValueError`` for nonsense."""
    names = _fields(photo_id)
    if names[0] not in form.values:
        return None
    across, down = (_number(form.value(name)) for name in names)
    return across, down


def focus_from(form: Form, photo_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Read what was typed for photos; those without fields are left out, and nonsense is an error of the form."""
    typed = {}
    for photo_id in photo_ids:
        try:
            focus = typed_focus(form, photo_id)
        except ValueError as error:
            form.error(f"look-{photo_id}", str(error))
            continue
        if focus is not None:
            typed[photo_id] = focus
    return typed


def focal_of(typed: tuple[int, int]) -> Focal:
    """Return the focal point that two numbers of a form mean."""
    return typed[0] / 100, -typed[1] / 100 + 0.0


def retype(form: Form, photo_id: int, focal: Focal) -> None:
    """Let a form say where the point is now that the crop has moved under it."""
    for name, number in zip(_fields(photo_id), as_typed(focal), strict=True):
        if name in form.values:
            form.values[name] = str(number)


def _fields(photo_id: int) -> tuple[str, str]:
    return f"look-across-{photo_id}", f"look-down-{photo_id}"


def _number(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = MOST + 1
    if not (LEAST <= number <= MOST):
        raise ValueError("The point that must stay in sight is none that this form can send. Choose it again.")
    return number
