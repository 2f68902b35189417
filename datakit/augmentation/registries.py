"""The families of components of this room."""

# The folders are imported before the registries take their names in the package: importing a folder later
# would put the module in the registry's place.
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import datakit.augmentation.filters
import datakit.augmentation.operators  # noqa: F401
from datakit.augmentation.filters._base import AnyFilter
from datakit.augmentation.operators._base import Operator, Using
from datakit.core.errors import UsageError
from datakit.core.registry import Registry

operators: Registry[Operator] = Registry("operators", "datakit.augmentation.operators")
filters: Registry[AnyFilter] = Registry("filters", "datakit.augmentation.filters")


def uses_of(
    chosen_operators: Sequence[Mapping[str, Any]], chosen_filters: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Name the models and engines that components depend on, beside their options: other ones, other texts.

    Args:
        chosen_operators: the `name` of each, and its options.
        chosen_filters: the same.
    """
    named: dict[str, str] = {}
    families = chain(((operators, one) for one in chosen_operators), ((filters, one) for one in chosen_filters))
    for registry, component in families:
        options = dict(component)
        name = options.pop("name")
        built = registry.build(name, options)  # type: ignore[attr-defined]  # both families build alike
        if isinstance(built, Using):
            named |= {f"{name}.{role}": value for role, value in _told(built).items()}
    return named


def _told(component: Using) -> Mapping[str, str]:
    try:
        return component.uses()
    except UsageError:  # whoever needs it will say what to install
        return {"models": "missing"}
