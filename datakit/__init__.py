"""datakit: from a messy labelled text file to a classifier that can be trusted, or an account of why not."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datakit.augmentation import augment
    from datakit.core.corpus import Corpus, Splits
    from datakit.core.errors import DatakitError
    from datakit.core.findings import Finding, Report, Severity
    from datakit.io import load
    from datakit.pipeline.validating import validate
    from datakit.splitting import split

__version__ = "0.1.0"

# Where each public name lives. Loaded on first use, so that `import datakit` stays under 100 ms.
_HOMES = {
    "Corpus": "datakit.core.corpus",
    "DatakitError": "datakit.core.errors",
    "Finding": "datakit.core.findings",
    "Report": "datakit.core.findings",
    "Severity": "datakit.core.findings",
    "Splits": "datakit.core.corpus",
    "augment": "datakit.augmentation",
    "load": "datakit.io",
    "split": "datakit.splitting",
    "validate": "datakit.pipeline.validating",
}

__all__ = [
    "Corpus",
    "DatakitError",
    "Finding",
    "Report",
    "Severity",
    "Splits",
    "augment",
    "load",
    "split",
    "validate",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (PEP 562: the type depends on the name)
    if name not in _HOMES:
        raise AttributeError(f"module 'datakit' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
