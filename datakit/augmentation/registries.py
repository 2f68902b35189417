"""The families of components of this room."""

# The folders are imported before the registries take their names in the package: importing a folder later
# would put the module in the registry's place.
import datakit.augmentation.filters
import datakit.augmentation.operators  # noqa: F401
from datakit.augmentation.filters._base import Filter
from datakit.augmentation.operators._base import Operator
from datakit.core.registry import Registry

operators: Registry[Operator] = Registry("operators", "datakit.augmentation.operators")
filters: Registry[Filter] = Registry("filters", "datakit.augmentation.filters")
