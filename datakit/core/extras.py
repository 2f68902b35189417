"""Optional packages, asked for where they are used."""

from importlib import import_module
from types import ModuleType

from datakit.core.errors import Problem, UsageError


def needs(module: str, *, extra: str) -> ModuleType:
    """Import an optional `module`.

    Raises:
        UsageError: it is not installed; the message holds the command that installs it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise UsageError(
            Problem(
                where=module,
                got=f"the package {error.name!r} is not installed",
                fix=f"pip install 'datakit[{extra}]'",
            )
        ) from error
