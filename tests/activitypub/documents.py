"""Documents of other servers: our own, written in their shapes, and recorded ones if they lie beside the project."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
OWN = ROOT / "tests" / "documents"
RECORDED = ROOT.parent / "shared" / "wire"


def own(name: str) -> dict[str, Any]:
    """Read one of our own documents: ``mastodon/create_note``."""
    document: dict[str, Any] = json.loads((OWN / f"{name}.json").read_text())
    return document


def own_names() -> list[str]:
    """Name all of our own documents."""
    return sorted(str(path.relative_to(OWN).with_suffix("")) for path in OWN.glob("*/*.json"))


def recorded_activities() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every recorded activity; none when the recordings are not here."""
    for path in sorted(RECORDED.glob("*.json")):
        for number, activity in enumerate(json.loads(path.read_text())["activities"]):
            yield f"{path.stem}-{number}", json.loads(activity["body"])


def recorded_documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every recorded ActivityPub document (not WebFinger, NodeInfo or pages)."""
    for path in sorted(RECORDED.glob("*.json")):
        for number, document in enumerate(json.loads(path.read_text()).get("documents", [])):
            content = _decoded(document.get("body"))
            if isinstance(content, dict) and "@context" in content:
                yield f"{path.stem}-{number}", content
    for path in sorted(RECORDED.glob("documents/*/*.json")):
        yield f"{path.parent.name}-{path.stem}", json.loads(path.read_text())


def _decoded(body: object) -> object:
    if not isinstance(body, str):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return None
