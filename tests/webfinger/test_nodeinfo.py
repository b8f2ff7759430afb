"""NodeInfo and host-meta, ours and theirs."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from webfinger import host_meta, nodeinfo
from webfinger.errors import MalformedDescriptor
from webfinger.nodeinfo import Software, Usage

BASE = "https://photos.example"
SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"


@pytest.mark.parametrize("version", nodeinfo.VERSIONS)
def test_document(version: str) -> None:
    """Both versions carry what their schemas require, and the repository is of 2.1 only."""
    document = nodeinfo.document(
        version,
        software=Software("rossgram", "0.1.0", "https://code.example/rossgram"),
        usage=Usage(users=5, active_month=3, active_half_year=4, posts=70, comments=12),
        open_registrations=False,
        node_name="Photos",
        node_description="A place for photos.",
    )
    required = {"version", "software", "protocols", "services", "openRegistrations", "usage", "metadata"}
    assert set(document) == required
    assert document["version"] == version
    assert ("repository" in document["software"]) == (version == "2.1")
    assert document["usage"] == {
        "users": {"total": 5, "activeMonth": 3, "activeHalfyear": 4},
        "localPosts": 70,
        "localComments": 12,
    }
    assert document["services"] == {"inbound": [], "outbound": []}
    assert json.dumps(document)
    assert nodeinfo.content_type(version) == f'application/json; profile="{SCHEMA}{version}#"'


def test_discovery() -> None:
    """Both versions are linked, and the server's actor (FEP-2677); our own reader takes the newer."""
    document = nodeinfo.discovery(BASE, server_actor=f"{BASE}/actor")
    assert [link["rel"] for link in document["links"]] == [
        f"{SCHEMA}2.0",
        f"{SCHEMA}2.1",
        "https://www.w3.org/ns/activitystreams#Application",
    ]
    assert nodeinfo.document_url(document, BASE) == f"{BASE}/nodeinfo/2.1"


@pytest.mark.parametrize(
    ("href", "found", "reason"),
    [
        ("https://a.example/nodeinfo/2.0", "https://a.example/nodeinfo/2.0", "on the site"),
        ("https://A.example/nodeinfo/2.0", "https://A.example/nodeinfo/2.0", "on the site in capitals"),
        ("http://a.example/nodeinfo/2.0", "", "without TLS"),
        ("https://b.example/nodeinfo/2.0", "", "on another site (security row 87)"),
        ("https://a.example:6379/", "", "on another port"),
        ("https://a.example@127.0.0.1/", "", "behind user information"),
        ("data:application/json,{}", "", "data (security row 87)"),
        ("http://127.0.0.1/", "", "this machine"),
        ("https://[a.example/", "", "no address"),
        ("/nodeinfo/2.0", "", "no host"),
    ],
)
def test_strangers_links(href: str, found: str, reason: str) -> None:
    """Only a document on the site asked is fetched."""
    assert nodeinfo.document_url({"links": [{"rel": f"{SCHEMA}2.0", "href": href}]}, "https://a.example") == found, (
        reason
    )


@pytest.mark.parametrize("document", [None, [], {}, {"links": {}}, {"links": "x"}])
def test_no_links(document: Any) -> None:
    """What is no list of links is refused."""
    with pytest.raises(MalformedDescriptor):
        nodeinfo.document_url(document, BASE)


@pytest.mark.parametrize(
    ("software", "name", "version"),
    [
        ({"name": "Pixelfed", "version": "0.12.6"}, "pixelfed", "0.12.6"),
        ({"name": "<script>", "version": 5}, "", ""),
        ({"name": ["x"]}, "", ""),
        ({"name": "x" * 100, "version": "v" * 500}, "", "v" * nodeinfo.MAX_VERSION),
    ],
)
def test_strangers_software(software: dict[str, Any], name: str, version: str) -> None:
    """A stranger's software is a plain bounded name, or none."""
    assert nodeinfo.software_of({"software": software}) == Software(name, version)


@pytest.mark.parametrize("document", [None, [], {}, {"software": "x"}])
def test_no_software(document: Any) -> None:
    """What is no NodeInfo is refused."""
    with pytest.raises(MalformedDescriptor):
        nodeinfo.software_of(document)


def test_host_meta() -> None:
    """host-meta leads to WebFinger, as XRD and as JSON."""
    template = f"{BASE}/.well-known/webfinger?resource={{uri}}"
    root = ElementTree.fromstring(host_meta.xrd(BASE))
    (link,) = root.findall("{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link")
    assert (link.get("rel"), link.get("template")) == ("lrdd", template)
    assert host_meta.document(BASE)["links"][0]["template"] == template
