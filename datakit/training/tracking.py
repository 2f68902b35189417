"""Experiment trackers that are told of a training: those that transformers has a callback for."""

from collections.abc import Sequence

from transformers import TrainerCallback
from transformers.integrations import get_reporting_integration_callbacks

from datakit.core.errors import Problem, UsageError


def trackers(names: Sequence[str]) -> list[TrainerCallback]:
    """Return the callbacks of trackers, such as `mlflow` or `wandb`; where they write to, their own variables say.

    Raises:
        UsageError: a name that transformers does not know, or a package that is not installed.
    """
    found, problems = [], []
    for name in dict.fromkeys(names):
        try:
            (callback,) = get_reporting_integration_callbacks([name])
            found.append(callback())
        except (ValueError, RuntimeError, ImportError) as error:
            problems.append(
                Problem(where="trackers", got=f"{name!r}: {error}", fix=f"pip install {name}, or leave it out")
            )
    if problems:
        raise UsageError(*problems)
    return found
