"""Problem documents (RFC 9457), as JSON and as XML."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from xml.sax.saxutils import escape

from atompub.errors import Fault

NAMESPACE = "urn:ietf:rfc:7807"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem: `type` is the URL of its kind, `errors` the faults of a document, if any.

    `instance` names the occasion in the log, "" where there is nothing more to find there.
    """

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Fault, ...] = ()
    instance: str = ""


def as_json(problem: Problem) -> bytes:
    """The problem as indented JSON, for programs and for people with curl."""
    members = {name: value for name, value in asdict(problem).items() if value}
    return json.dumps(members, ensure_ascii=False, indent=2).encode() + b"\n"


def as_xml(problem: Problem) -> bytes:
    """The problem in the XML form of RFC 9457 appendix B."""
    members = {name: value for name, value in asdict(problem).items() if value}
    faults = members.pop("errors", ())
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<problem xmlns="{NAMESPACE}">']
    lines += _elements(members.items())
    if faults:
        items = ("".join(("<i>", *_elements(fault.items()), "</i>")) for fault in faults)
        lines.append(f"  <errors>{''.join(items)}</errors>")
    return "\n".join([*lines, "</problem>", ""]).encode()


def _elements(members: Iterable[tuple[str, object]]) -> list[str]:
    return [f"  <{name}>{escape(str(value))}</{name}>" for name, value in members]
