"""How many examples a rule is tried with."""

from hypothesis import settings

USUAL = 100


def examples(count):
    """`count` in the suite, as many times more as the profile asks for (make fuzz)."""
    return count * settings.default.max_examples // USUAL
