"""Components found by walking their family's folder: one file, one class, one name.

`split-leakage` is the class `SplitLeakage` in `split_leakage.py`. A third party adds components through the
entry-point group `datakit.<family>`, whose names are the components' names.
"""

import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from inspect import cleandoc
from typing import Any, Generic, TypeVar

import msgspec

from datakit.core.errors import Problem, UsageError
from datakit.core.names import suggest

T = TypeVar("T")


class Registry(Generic[T]):
    """All components of one family, by name.

    Args:
        family: plural noun for messages and entry points, e.g. `checks`.
        package: the package whose modules hold the components, e.g. `datakit.validation.checks`.
    """

    def __init__(self, family: str, package: str) -> None:
        self.family = family
        self.package = package

    @cached_property
    def _homes(self) -> Mapping[str, str]:
        """Map each name to `module:Class`; nothing is imported yet but the (empty) package."""
        own = {
            module.name.replace("_", "-"): f"{self.package}.{module.name}:{_class_name(module.name)}"
            for module in pkgutil.iter_modules(import_module(self.package).__path__)
            if not module.name.startswith("_")
        }
        others = {point.name: point.value for point in entry_points(group=f"datakit.{self.family}")}
        return {**others, **own}

    def names(self) -> list[str]:
        """Return the names of all components, sorted."""
        return sorted(self._homes)

    def get(self, name: str) -> type[T]:
        """Return the class of the component called `name`.

        Raises:
            UsageError: there is none; the message lists the known ones and the nearest.
        """
        if name not in self._homes:
            raise UsageError(
                Problem(where=self.family, got=f"no {name!r} among them", fix=suggest(name, self.names()))
            )
        module, _, attribute = self._homes[name].partition(":")
        component: type[T] = getattr(import_module(module), attribute)
        return component

    def build(self, name: str, options: Mapping[str, Any] | None = None) -> T:
        """Return the component called `name`, its dataclass fields set from `options`.

        Raises:
            UsageError: unknown component or option, or an option of the wrong type; all problems at once.
        """
        component = self.get(name)
        known = {f.name: f.type for f in fields(component) if f.init} if is_dataclass(component) else {}
        options = options or {}
        problems = [
            Problem(where=f"{self.family}.{name}", got=f"no option {option!r}", fix=suggest(option, known))
            for option in options
            if option not in known
        ]
        if problems:
            raise UsageError(*problems)
        if not is_dataclass(component):
            return component()
        try:
            return msgspec.convert(dict(options), component, strict=True)
        except msgspec.ValidationError as error:
            raise UsageError(
                Problem(where=f"{self.family}.{name}", got=str(error), fix=f"options: {_signature(known)}")
            ) from error

    def all(self) -> Iterable[T]:
        """Yield every component with its default options, by name."""
        return (self.build(name) for name in self.names())

    def manual(self, name: str) -> str:
        """Return the manual page of a component: its docstring."""
        return cleandoc(self.get(name).__doc__ or "")


def _class_name(module: str) -> str:
    return "".join(word.capitalize() for word in module.split("_"))


def _signature(known: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {getattr(kind, '__name__', kind)}" for name, kind in known.items()) or "none"
