"""Landscapes for the album of a first look: drawn by numbers, the same at each time.

A picture is drawn column by column, from the sky down: a column is the sky's, cut off where the
first ridge begins, then that ridge's down to the next one. Rows are made of the columns at the end.
"""

import math
import random
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1080, 720
COMPRESSION_LEVEL = 6
GLOW, GLOW_STEPS = 0.55, 48
STARLIGHT = (255, 255, 240)

Colour = tuple[int, int, int]
Stops = Sequence[tuple[float, str]]
"""Colours from top to bottom: how far down, from 0 to 1, and the colour as six hex digits."""


@dataclass(frozen=True, slots=True)
class Ridge:
    """The outline of a hill, a dune or a shore, and its colours from the outline down.

    `at` is its mean height above the bottom and `rise` how far it goes up and down, both as
    shares of the picture's height; `waves` how many large waves it has; `rough` how much smaller
    ones count, 0 for dunes and 0.5 for rock.
    """

    at: float
    rise: float
    waves: float
    rough: float
    colours: Stops


@dataclass(frozen=True, slots=True)
class Disc:
    """A sun or a moon: its middle as shares of width and height, its radius as a share of the
    height, its colour, and the reach of its glow in radii."""

    x: float
    y: float
    radius: float
    colour: str
    glow: float


@dataclass(frozen=True, slots=True)
class Landscape:
    """What is drawn, from behind to before. `seed` decides outlines and stars."""

    seed: int
    sky: Stops
    ridges: Sequence[Ridge]
    disc: Disc | None = None
    stars: int = 0


def png(landscape: Landscape) -> bytes:
    """The landscape as a PNG file."""
    columns = _columns(landscape)
    size = HEIGHT * 3
    octets = b"".join(columns)
    rows = bytearray()
    for y in range(HEIGHT):
        row = bytearray(WIDTH * 3)
        for channel in range(3):
            row[channel::3] = octets[y * 3 + channel :: size]
        rows += b"\0" + row
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(rows), COMPRESSION_LEVEL)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND")


def _chunk(kind: bytes, octets: bytes = b"") -> bytes:
    whole = kind + octets
    return struct.pack(">I", len(octets)) + whole + struct.pack(">I", zlib.crc32(whole))


def _columns(landscape: Landscape) -> Iterable[bytes]:
    chance = random.Random(landscape.seed)  # noqa: S311 - it draws hills
    sky = _gradient(landscape.sky, HEIGHT)
    stars = _stars(landscape.stars, chance)
    rings = _rings(landscape.disc, sky) if landscape.disc else []
    ridges = [(_outline(one, chance), _gradient(one.colours, HEIGHT)) for one in landscape.ridges]
    for x in range(WIDTH):
        column = bytearray(sky)
        if landscape.disc:
            _shine(column, x, landscape.disc, rings)
        for y, light in stars.get(x, ()):
            _blend(column, y, STARLIGHT, light)
        for outline, colours in ridges:
            _cover(column, outline(x), colours)
        yield bytes(column)


def _cover(column: bytearray, top: float, colours: bytes) -> None:
    """Put a ridge before what is drawn; the edge is as smooth as a share of a pixel can be."""
    if top >= HEIGHT:
        return
    edge = max(0, int(top))
    column[(edge + 1) * 3 :] = colours[: (HEIGHT - edge - 1) * 3]
    _blend(column, edge, (colours[0], colours[1], colours[2]), 1 - max(0.0, top - edge))


def _blend(column: bytearray, y: int, colour: Colour, share: float) -> None:
    for channel in range(3):
        at = y * 3 + channel
        column[at] += int((colour[channel] - column[at]) * share)


def _rings(disc: Disc, sky: bytes) -> list[tuple[float, bytes]]:
    """A disc and its glow as rings, from outside: a radius, and the sky as it is within it."""
    radius, colour = disc.radius * HEIGHT, _colour(disc.colour)
    steps = [1 - number / GLOW_STEPS for number in range(1, GLOW_STEPS)]
    glow = [(radius * (1 + (disc.glow - 1) * out), GLOW * (1 - out) ** 2) for out in steps]
    edge = [(radius + 0.5 - share, GLOW + (1 - GLOW) * share) for share in (0.25, 0.5, 0.75, 1.0)]
    return [(size, _tinted(sky, colour, share)) for size, share in (*glow, *edge)]


def _tinted(sky: bytes, colour: Colour, share: float) -> bytes:
    tinted = bytearray(sky)
    for channel, light in enumerate(colour):
        nearer = bytes(int(level + (light - level) * share) for level in range(256))
        tinted[channel::3] = sky[channel::3].translate(nearer)
    return bytes(tinted)


def _shine(column: bytearray, x: int, disc: Disc, rings: Iterable[tuple[float, bytes]]) -> None:
    """Put a disc's part of a column over the sky."""
    dx, middle = x - disc.x * WIDTH, disc.y * HEIGHT
    for radius, light in rings:
        if abs(dx) >= radius:
            return
        half = math.sqrt(radius * radius - dx * dx)
        top, end = max(0, round(middle - half)), min(HEIGHT, round(middle + half))
        column[top * 3 : end * 3] = light[top * 3 : end * 3]


def _stars(count: int, chance: random.Random) -> dict[int, list[tuple[int, float]]]:
    """Where stars stand in a column, and how bright they are."""
    stars: dict[int, list[tuple[int, float]]] = {}
    for _ in range(count):
        x, y = chance.randrange(WIDTH - 1), int(HEIGHT * 0.8 * chance.random() ** 1.3)
        light = 0.25 + 0.75 * chance.random() ** 3
        stars.setdefault(x, []).append((y, light))
        if light > 0.6:
            stars[x].append((y + 1, light * 0.6))
            stars.setdefault(x + 1, []).append((y, light * 0.6))
    return stars


def _outline(ridge: Ridge, chance: random.Random) -> Callable[[int], float]:
    """The height at which a ridge begins in each column: waves, and smaller waves upon them."""
    waves = []
    size, count = 1.0, ridge.waves
    for _ in range(9):
        waves.append((size, count * 2 * math.pi / WIDTH, chance.uniform(0, 2 * math.pi)))
        size, count = size * ridge.rough, count * chance.uniform(1.7, 2.3)
    total = sum(size for size, _, _ in waves)

    def at(x: int) -> float:
        height = sum(size * math.sin(x * step + start) for size, step, start in waves) / total
        return HEIGHT * (1 - ridge.at - ridge.rise * height)

    return at


def _gradient(stops: Stops, length: int) -> bytes:
    """A column of colours; the last stop holds on to the end."""
    found = bytearray()
    pairs = list(zip(stops, [*stops[1:], (1.0, stops[-1][1])], strict=True))
    for y in range(length):
        place = y / (length - 1)
        (start, first), (end, second) = next(
            pair for pair in reversed(pairs) if pair[0][0] <= place or pair is pairs[0]
        )
        share = min(1.0, max(0.0, (place - start) / (end - start))) if end > start else 1.0
        found += bytes(
            round(a + (b - a) * share) for a, b in zip(_colour(first), _colour(second), strict=True)
        )
    return bytes(found)


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the album, and what is said of it."""

    name: str
    title: str
    caption: str
    categories: tuple[str, ...]
    landscape: Landscape


PICTURES = (
    Picture(
        "first-light",
        "First light",
        "Five minutes before everybody else is up.",
        ("Mountains", "Morning"),
        Landscape(
            4,
            [(0, "2b3a67"), (0.35, "b56576"), (0.62, "eaac8b"), (0.8, "fbe3b9")],
            [
                Ridge(0.42, 0.05, 1.4, 0.45, [(0, "c98f86"), (0.5, "e2b79b")]),
                Ridge(0.34, 0.06, 1.8, 0.5, [(0, "9a6a78"), (0.5, "c79a92")]),
                Ridge(0.25, 0.06, 1.2, 0.5, [(0, "6b4a66"), (0.4, "93667a")]),
                Ridge(0.15, 0.06, 1.6, 0.52, [(0, "3f3355"), (0.4, "5a4468")]),
                Ridge(0.06, 0.04, 2.2, 0.55, [(0, "221d38"), (0.3, "1a1730")]),
            ],
            Disc(0.64, 0.5, 0.055, "fff3d6", 7),
        ),
    ),
    Picture(
        "green-hills",
        "After the rain",
        "Seven shades of green, and one valley in between that has no name on the map.",
        ("Mountains",),
        Landscape(
            33,
            [(0, "b9d4d6"), (0.5, "e3ecdf")],
            [
                Ridge(0.55, 0.08, 1.3, 0.5, [(0, "9fbcb4"), (0.4, "c2d3c5")]),
                Ridge(0.42, 0.08, 1.7, 0.48, [(0, "719a8a"), (0.4, "9bb9a5")]),
                Ridge(0.29, 0.08, 1.2, 0.5, [(0, "477560"), (0.4, "6f9479")]),
                Ridge(0.17, 0.07, 1.6, 0.52, [(0, "2b5442"), (0.4, "41694f")]),
                Ridge(0.05, 0.05, 2.0, 0.55, [(0, "16332a"), (0.3, "0f251f")]),
            ],
        ),
    ),
    Picture(
        "dunes",
        "Dunes",
        "The wind draws a line, and takes the whole afternoon for it.",
        ("Desert",),
        Landscape(
            8,
            [(0, "5f9fc4"), (0.5, "a9d3dd"), (0.75, "f2e6cf")],
            [
                Ridge(0.40, 0.03, 1.0, 0.25, [(0, "e6c79a"), (0.6, "d9ae77")]),
                Ridge(0.30, 0.09, 0.9, 0.18, [(0, "dda765"), (0.4, "c48845")]),
                Ridge(0.17, 0.08, 1.1, 0.2, [(0, "c1803f"), (0.35, "9a5d2c")]),
                Ridge(0.04, 0.07, 0.8, 0.2, [(0, "8d5127"), (0.3, "6d3c1e")]),
            ],
        ),
    ),
    Picture(
        "still-water",
        "Still water",
        "No wind, no boats, and the far shore only a guess.",
        ("Sea", "Morning"),
        Landscape(
            21,
            [(0, "f4c9a1"), (0.3, "f7dcc0"), (0.55, "dfe3e0")],
            [
                Ridge(0.44, 0.035, 2.2, 0.55, [(0, "8fa8b0"), (0.2, "a9bdc0")]),
                Ridge(0.385, 0.0005, 1, 0.1, [(0, "9fb9bd"), (0.2, "6f949e"), (0.5, "43707f")]),
                Ridge(0.14, 0.12, 0.55, 0.4, [(0, "33525b"), (0.3, "223a44")]),
            ],
            Disc(0.33, 0.36, 0.05, "fff7e6", 5),
        ),
    ),
    Picture(
        "winter",
        "The high ridge in winter",
        "Minus eleven degrees at the hut, and not a track anywhere.",
        ("Mountains", "Winter"),
        Landscape(
            50,
            [(0, "6f8fb8"), (0.45, "c4d3e6"), (0.7, "f6e9ea")],
            [
                Ridge(0.44, 0.16, 1.5, 0.55, [(0, "e9eef6"), (0.5, "a9bad6")]),
                Ridge(0.26, 0.11, 2.1, 0.55, [(0, "9fb2cf"), (0.4, "6d82a8")]),
                Ridge(0.10, 0.07, 1.5, 0.5, [(0, "3a4a69"), (0.3, "28344d")]),
            ],
            Disc(0.8, 0.2, 0.03, "ffffff", 6),
        ),
    ),
    Picture(
        "clear-night",
        "Clear night",
        "Six hundred and fifty stars. Somebody counted.",
        ("Mountains", "Night"),
        Landscape(
            11,
            [(0, "070b1c"), (0.5, "14264a"), (0.85, "37558a")],
            [
                Ridge(0.26, 0.14, 1.6, 0.62, [(0, "1c2c52"), (0.4, "2a4170")]),
                Ridge(0.16, 0.10, 2.3, 0.62, [(0, "101c38"), (0.4, "172647")]),
                Ridge(0.05, 0.04, 3, 0.6, [(0, "070d1d"), (0.3, "050914")]),
            ],
            Disc(0.24, 0.24, 0.035, "f6f1dc", 9),
            650,
        ),
    ),
)
