"""Engines that do something of their own around each statement of a real one."""

import threading


class Watched:
    """An engine that calls `before(sql, parameters)` ahead of each statement."""

    def __init__(self, engine, before):
        self._engine, self._before = engine, before
        self.tables, self.full_text = engine.tables, engine.full_text

    def rows(self, sql, **parameters):
        """See `Engine`."""
        return _Statements(self._engine, self._before).rows(sql, **parameters)

    def read(self, work):
        """See `Engine.read`."""
        return self._engine.read(lambda inner: work(_Statements(inner, self._before)))

    def write(self, work):
        """See `Engine.write`."""
        return self._engine.write(lambda inner: work(_Statements(inner, self._before)))

    def close(self):
        """See `Engine.close`."""
        self._engine.close()


class _Statements:
    """The statements of a transaction, one by one also where they come as a batch."""

    def __init__(self, inner, before):
        self._inner, self._before = inner, before

    def rows(self, sql, **parameters):
        """See `Transaction.rows`."""
        self._before(sql, parameters)
        return self._inner.rows(sql, **parameters)

    def batch(self, statements):
        """See `Transaction.batch`."""
        return [self._one(sql, parameters) for sql, parameters in statements]

    def _one(self, sql, parameters):
        self._before(sql, parameters)
        return self._inner.batch([(sql, parameters)])[0]


class Recorder(Watched):
    """An engine that keeps the statements it runs, with their parameters."""

    def __init__(self, engine):
        self.seen = []
        super().__init__(engine, lambda sql, parameters: self.seen.append((sql, parameters)))


def before_statement(number, engine, call):
    """An engine that calls a function once, ahead of its n-th statement.

    The function runs in a thread of its own, as somebody else would.
    """
    seen = []

    def before(*_):
        seen.append(None)
        if len(seen) == number:
            other = threading.Thread(target=call)
            other.start()
            other.join()

    return Watched(engine, before)


class Torn:
    """An engine that reads as none may: each statement sees a state of its own."""

    def __init__(self, engine, between=lambda: None):
        self._engine, self._between = engine, between
        self.tables, self.full_text = engine.tables, engine.full_text
        self.write = engine.write

    def read(self, work):
        """What `work` returns of statements that each have a snapshot."""
        return work(self)

    def rows(self, sql, **parameters):
        """Run a statement in a snapshot of its own."""
        found = self._engine.rows(sql, **parameters)
        self._between()
        return found
