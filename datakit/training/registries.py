"""The families of components of this room. Loads nothing heavy."""

# The folder is imported before the registry takes its name in the package: importing it later would put the
# module in the registry's place.
import datakit.training.losses  # noqa: F401
from datakit.core.registry import Registry
from datakit.training.losses._base import Loss

losses: Registry[Loss] = Registry("losses", "datakit.training.losses")
