"""The Range field (RFC 9110 section 14.2), as pairs of the first and the last octet."""

import re
from itertools import pairwise

MOST_RANGES = 16
LONGEST = 10**18
SPEC = re.compile(r"(?P<first>[0-9]*)-(?P<last>[0-9]*)")

Span = tuple[int, int]


def parse(header: str, length: int) -> list[Span] | None:
    """The satisfiable ranges of a representation of `length` octets, [] when none is.

    None when the field is to be ignored: another unit, broken syntax, too many ranges, or ranges
    out of order or over one another, which only cost (section 14.2).
    """
    unit, equals, listed = header.partition("=")
    specs = [spec.strip(" \t") for spec in listed.split(",", MOST_RANGES) if spec.strip(" \t")]
    if unit.strip().lower() != "bytes" or not equals or not 0 < len(specs) <= MOST_RANGES:
        return None
    found = [_span(spec, length) for spec in specs]
    if any(span is None for span in found):
        return None
    spans = [span for span in found if span is not None and span[0] <= span[1]]
    if any(later[0] <= earlier[1] for earlier, later in pairwise(spans)):
        return None
    return spans


def _span(spec: str, length: int) -> Span | None:
    """First and last octet; a last before the first stands for nothing there; None is broken."""
    parts = SPEC.fullmatch(spec)
    if parts is None or spec == "-":
        return None
    if not parts["first"]:
        return (max(length - _number(parts["last"]), 0), length - 1)
    first = _number(parts["first"])
    if not parts["last"]:
        return (first, length - 1)
    last = _number(parts["last"])
    return (first, min(last, length - 1)) if first <= last else None


def _number(digits: str) -> int:
    """A number of any length, without the cost of a very long one."""
    return int(digits) if len(digits) < 18 else LONGEST
