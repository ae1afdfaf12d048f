"""`provide(build)`: what a service needs to answer, built once per process and closed at its end."""

from collections.abc import Callable, Mapping
from typing import Any

from nameko.extensions import DependencyProvider

Build = Callable[[Mapping[str, Any]], Any]


class _Shared:
    """Objects that several containers of one process use, with the number of those that do."""

    def __init__(self) -> None:
        self._built: dict[tuple[Build, int], list[Any]] = {}

    def acquire(self, build: Build, config: Mapping[str, Any]) -> Any:
        entry = self._built.setdefault((build, id(config)), [None, 0])
        if entry[1] == 0:
            entry[0] = build(config)
        entry[1] += 1
        return entry[0]

    def release(self, build: Build, config: Mapping[str, Any]) -> None:
        entry = self._built[build, id(config)]
        entry[1] -= 1
        if entry[1] == 0:
            del self._built[build, id(config)]
            close = getattr(entry[0], "close", None)
            if close is not None:
                close()


_shared = _Shared()


class Provided(DependencyProvider):  # type: ignore[misc]
    """One dependency of a service class."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.value: Any = None

    def setup(self) -> None:
        self.value = _shared.acquire(self.build, self.container.config)

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.value

    def stop(self) -> None:
        if self.value is not None:
            self.value = None
            _shared.release(self.build, self.container.config)

    def kill(self) -> None:
        self.stop()


def provide(build: Build) -> Any:
    """Declare what a service works with.

    `build(config)` is called once per process with the environment (and nameko's own settings beside it); containers
    of one process share the result. If it has `close()`, that is called when the last of them stops. For hearing
    and for pull_facts it must have a `store`.
    """
    return Provided(build)
