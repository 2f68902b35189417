"""All families of components."""

from typing import Any

from datakit.augmentation import filters, operators
from datakit.augmentation.translators._base import translators
from datakit.core.registry import Registry
from datakit.diagnosis import rules
from datakit.diagnosis.lint import idioms
from datakit.splitting import splitters
from datakit.training.registries import losses
from datakit.validation import checks
from datakit.validation.clean import fixes


def families() -> tuple[Registry[Any], ...]:
    """Return the registries, in the order in which data flows through them."""
    return (checks, fixes, splitters, operators, translators, filters, losses, rules, idioms)
