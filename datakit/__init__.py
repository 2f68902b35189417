"""datakit: from a messy labelled text file to a classifier that can be trusted, or an account of why not."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datakit.core.corpus import Corpus, Splits
    from datakit.core.errors import DatakitError
    from datakit.core.findings import Finding, Report, Severity
    from datakit.core.history import History
    from datakit.io import load
    from datakit.pipeline.in_memory import Run, augment, diagnose, finetune
    from datakit.pipeline.validating import validate
    from datakit.splitting import split
    from datakit.training.recorder import DivergedError

__version__ = "0.1.0"

# Where each public name lives. Loaded on first use, so that `import datakit` stays under 100 ms.
_HOMES = {
    "Corpus": "datakit.core.corpus",
    "DatakitError": "datakit.core.errors",
    "DivergedError": "datakit.training.recorder",
    "Finding": "datakit.core.findings",
    "History": "datakit.core.history",
    "Report": "datakit.core.findings",
    "Run": "datakit.pipeline.in_memory",
    "Severity": "datakit.core.findings",
    "Splits": "datakit.core.corpus",
    "augment": "datakit.pipeline.in_memory",
    "diagnose": "datakit.pipeline.in_memory",
    "finetune": "datakit.pipeline.in_memory",
    "load": "datakit.io",
    "split": "datakit.splitting",
    "validate": "datakit.pipeline.validating",
}

__all__ = [
    "Corpus",
    "DatakitError",
    "DivergedError",
    "Finding",
    "History",
    "Report",
    "Run",
    "Severity",
    "Splits",
    "augment",
    "diagnose",
    "finetune",
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
