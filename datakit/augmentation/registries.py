"""The families of components of this room."""

# The folders are imported before the registries take their names in the package: importing a folder later
# would put the module in the registry's place.
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import datakit.augmentation.filters
import datakit.augmentation.operators  # noqa: F401
from datakit.augmentation.filters._base import AnyFilter
from datakit.augmentation.operators._base import Operator, Using
from datakit.core.errors import UsageError
from datakit.core.registry import Registry

operators: Registry[Operator] = Registry("operators", "datakit.augmentation.operators")
filters: Registry[AnyFilter] = Registry("filters", "datakit.augmentation.filters")


#: A component in a recipe: its `name`, and its options; an operator may also have a `weight`.
Component: TypeAlias = Mapping[str, Any]


def parts(component: Component) -> tuple[str, dict[str, Any]]:
    """Return a component's name and its options."""
    options = dict(component)
    return str(options.pop("name")), options


def unweighted(operator: Component) -> Component:
    """Return an operator without its weight, which is no option of its own."""
    return {name: value for name, value in operator.items() if name != "weight"}


def uses_of(chosen_operators: Sequence[Component], chosen_filters: Sequence[Component]) -> dict[str, str]:
    """Name the data, models and engines that components depend on, beside their options: other ones, other texts.

    Args:
        chosen_operators: the `name` of each, and its options.
        chosen_filters: the same.
    """
    return {
        f"{name}.{role}": value
        for name, component in _built(chosen_operators, chosen_filters)
        if isinstance(component, Using)
        for role, value in _told(component).items()
    }


def any_neural(chosen_operators: Sequence[Component], chosen_filters: Sequence[Component]) -> bool:
    """Tell whether a neural model is among the components: the kind of device decides its last bits."""
    return any(_is_neural(component) for _, component in _built(chosen_operators, chosen_filters))


def _built(
    chosen_operators: Sequence[Component], chosen_filters: Sequence[Component]
) -> Iterator[tuple[str, object]]:
    for name, options in map(parts, map(unweighted, chosen_operators)):
        yield name, operators.build(name, options)
    for name, options in map(parts, chosen_filters):
        yield name, filters.build(name, options)


def _is_neural(component: object) -> bool:
    try:
        return bool(getattr(component, "neural", False))
    except UsageError:  # it has no model here
        return False


def _told(component: Using) -> Mapping[str, str]:
    try:
        return component.uses()
    except UsageError:  # whoever needs it will say what to install
        return {"models": "missing"}
