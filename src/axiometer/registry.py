"""Names for things that open lazily: `name -> "module:attr"`, extended by entry points of other packages."""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from operator import attrgetter
from typing import Any, Generic, TypeVar

from axiometer.errors import AxiometerError, unknown

Thing = TypeVar("Thing")


class Registry(Generic[Thing]):
    """What there is of one noun. Other packages add to it by an entry point in the group `axiometer.<noun>s`."""

    def __init__(self, noun: str, targets: dict[str, str]) -> None:
        self.noun = noun
        self._targets = dict(targets)
        self._seen_plugins = False

    def names(self) -> list[str]:
        """Every name, sorted."""
        return sorted(self._all())

    def opener(self, name: str) -> Callable[..., Thing]:
        """The callable behind a name; its module is imported here and not before.

        Raises:
            UnknownName: with the nearest names.
        """
        targets = self._all()
        if name not in targets:
            raise unknown(self.noun, name, targets)
        module, _, attr = targets[name].partition(":")
        opened: Callable[..., Thing] = attrgetter(attr)(import_module(module))
        return opened

    def open(self, name: str, *args: Any, **kwargs: Any) -> Thing:
        """The thing itself."""
        return self.opener(name)(*args, **kwargs)

    def _all(self) -> dict[str, str]:
        if not self._seen_plugins:
            self._seen_plugins = True
            for found in entry_points(group=f"axiometer.{self.noun}s"):
                if found.name in self._targets:
                    raise AxiometerError(
                        f"the {self.noun} {found.name!r} of {found.value} is already taken; rename the entry point"
                    )
                self._targets[found.name] = found.value
        return self._targets
