"""What a browser makes of a page: its words, pictures, links and forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import urlsplit

_SILENT = {"script", "style", "title"}
_EMPTY = {"img", "input", "br", "link", "meta", "use", "hr", "source"}


@dataclass
class Button:
    """A way to send a form."""

    name: str
    value: str
    label: str = ""


@dataclass
class Form:
    """A form as it stands on a page, with what is typed in it already."""

    action: str
    method: str
    multipart: bool
    fields: list[tuple[str, str]] = field(default_factory=list)
    """What would be sent now, in order."""
    choices: dict[str, set[str]] = field(default_factory=dict)
    """The values that a name's boxes and radio buttons can have."""
    names: set[str] = field(default_factory=set)
    buttons: list[Button] = field(default_factory=list)

    def filled(self, typed: dict[str, str | None]) -> list[tuple[str, str]]:
        """Return the fields with others typed over them; None unticks. What the form does not have cannot be typed."""
        unknown = typed.keys() - self.names
        assert not unknown, f"the form at {self.action} has no {unknown}, only {self.names}"
        for name, value in typed.items():
            offered = self.choices.get(name)
            assert offered is None or value is None or value in offered, f"{name} can be {offered}, not {value}"
        kept = [(name, value) for name, value in self.fields if name not in typed]
        return kept + [(name, value) for name, value in typed.items() if value is not None]

    def button(self, label: str) -> Button | None:
        """Return the button that begins with these words or has this value; by default the one that Enter presses."""
        if not label:
            return self.buttons[0] if self.buttons else None
        for button in self.buttons:
            if button.label.startswith(label) or button.value == label:
                return button
        raise AssertionError(f"the form at {self.action} has no button {label!r}: {self.buttons}")


@dataclass(frozen=True)
class Picture:
    """An image on a page."""

    src: str
    alt: str


@dataclass
class Page:
    """What an address answered."""

    status: int
    address: str
    """Path and query."""
    html: str

    @cached_property
    def read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.html)
        reader.close()
        return reader

    @property
    def text(self) -> str:
        """The words of the page's main part, with single spaces."""
        return " ".join("".join(self.read.words).split())

    @property
    def pictures(self) -> list[Picture]:
        return self.read.pictures

    @property
    def uri(self) -> str:
        """The ActivityPub id of what the page shows."""
        return self.read.alternate

    @property
    def path(self) -> str:
        """The address without query and fragment."""
        return urlsplit(self.address).path

    @property
    def described(self) -> list[Picture]:
        """The pictures that have something said of them: the photos, not the blurs and faces beside them."""
        return [picture for picture in self.pictures if picture.alt]

    @property
    def alts(self) -> list[str]:
        """What is said of them."""
        return [picture.alt for picture in self.described]

    @property
    def links(self) -> list[str]:
        return self.read.links

    def form(self, action: str) -> Form:
        """Return the form that is sent to this path, or to one that ends so."""
        for form in self.read.forms:
            path = urlsplit(form.action).path
            if path == action or path.endswith(f"/{action}"):
                return form
        raise AssertionError(f"{self.address} has no form {action}: {[form.action for form in self.read.forms]}")

    def offers(self, action: str) -> bool:
        """Say whether the page has such a form."""
        return any(form.action == action or form.action.endswith(f"/{action}") for form in self.read.forms)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.pictures: list[Picture] = []
        self.links: list[str] = []
        self.alternate = ""
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._area: tuple[str, list[str]] | None = None
        self._button: Button | None = None
        self._select = ""
        self._silent = 0
        self._main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        elif tag == "main":
            self._main = True
        elif tag == "img":
            self.pictures.append(Picture(given["src"], given.get("alt", "")))
        elif tag == "link" and given.get("rel") == "alternate":
            self.alternate = given["href"]
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            assert self._form is None, "a form in a form"
            multipart = given.get("enctype") == "multipart/form-data"
            self._form = Form(given.get("action", ""), given.get("method", "get"), multipart)
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "button":
            self._button = Button(name, given.get("value", ""), given.get("aria-label", ""))
            form.buttons.append(self._button)
        elif tag == "textarea":
            form.names.add(name)
            self._area = name, []
        elif tag == "select":
            form.names.add(name)
            self._select = name
        elif tag == "option" and self._select:
            self._option(form, given)
        elif tag == "input" and name:
            form.names.add(name)
            if kind in ("checkbox", "radio"):
                form.choices.setdefault(name, set()).add(given.get("value", "on"))
                if "checked" in given:
                    form.fields.append((name, given.get("value", "on")))
            elif kind != "file":
                form.fields.append((name, given.get("value", "")))

    def _option(self, form: Form, given: dict[str, str]) -> None:
        """Take one of a list: the first is sent unless another one is selected."""
        value = given.get("value", "")
        first = self._select not in form.choices
        form.choices.setdefault(self._select, set()).add(value)
        if first or "selected" in given:
            form.fields[:] = [field for field in form.fields if field[0] != self._select]
            form.fields.append((self._select, value))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)
        elif self._main and not self._silent:
            self.words.append(data)
        if self._button is not None:
            self._button.label = (self._button.label + data).lstrip()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        elif tag == "main":
            self._main = False
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "button":
            self._button = None
        elif tag == "textarea" and self._area is not None and self._form is not None:
            name, parts = self._area
            self._form.fields.append((name, "".join(parts).removeprefix("\n")))
            self._area = None
        if tag not in _EMPTY:
            self.words.append(" ")
