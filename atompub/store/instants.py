"""The SQL of instants that must move forward even when the clock does not; `:now` is the clock."""

EDITED = "(CASE WHEN :now > edited THEN :now ELSE edited + 1 END)"
"""A row's next `edited`: the clock, or a microsecond after the last one."""


def modified(column: str, edited: str = EDITED) -> str:
    """The next value of a `modified` column: the whole second of `edited`, or the one after.

    A Last-Modified is sent only from its second on. A change in a second that was taken already
    moves on to the next one, so no two states that were ever sent have one Last-Modified, and
    dates are as exact as tags (requirement HTTP-C-17). When the clock stands or goes back, each
    change takes a second of its own.
    """
    second = f"{edited} / 1000000"
    return (
        f"(CASE WHEN {column} < {second} THEN {second}"
        f" WHEN :now <= edited THEN {column} + 1 ELSE {second} + 1 END)"
    )
