"""New texts for rare classes: a plan, operators that make texts, filters that reject them, exact counts."""

from datakit.augmentation.augment import Augmented, augment
from datakit.augmentation.filling import Rejected
from datakit.augmentation.registries import filters, operators
from datakit.augmentation.shortfalls import Shortfall

__all__ = ["Augmented", "Rejected", "Shortfall", "augment", "filters", "operators"]
