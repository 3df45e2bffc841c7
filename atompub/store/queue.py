"""Writers of one process, queueing: those who wait while one commits share the next commit."""

import threading
from collections.abc import Callable
from typing import Any, Generic

from atompub.store.engine import T, Transaction

Work = Callable[[Transaction], T]


class Task(Generic[T]):
    """A unit of work that somebody waits for, and what came of it."""

    def __init__(self, work: Work[T]) -> None:
        self._work = work
        self._result: Any = None
        self._error: BaseException | None = None
        self.is_over = False

    def run(self, runner: Callable[[Work[T]], T]) -> None:
        """Have the work run, and keep what it returns or raises."""
        try:
            self._result = runner(self._work)
        except BaseException as error:
            self._error = error

    def fail(self, error: BaseException) -> None:
        """Say that nothing came of it."""
        self._error = self._error or error

    def outcome(self) -> Any:
        """What the work returned. Raises what it raised, or what kept it from being committed."""
        if self._error is not None:
            raise self._error
        return self._result


class Queue:
    """Tasks that wait for their turn; one thread at a time runs all that wait."""

    def __init__(self) -> None:
        self._waiting: list[Task[Any]] = []
        self._adding = threading.Lock()
        self._turn = threading.Lock()

    def pass_through(self, task: Task[Any], run_all: Callable[[list[Task[Any]]], None]) -> None:
        """Return when the task was run and committed, or failed: by us, or by who came before.

        What `run_all` raises is the failure of all the tasks it was given.
        """
        with self._adding:
            self._waiting.append(task)
        with self._turn:
            if task.is_over:
                return
            with self._adding:
                tasks, self._waiting = self._waiting, []
            try:
                run_all(tasks)
            except BaseException as error:
                for one in tasks:
                    one.fail(error)
            finally:
                for one in tasks:
                    one.is_over = True
