"""What the shell offers where a name is to be typed: of a run, a code, a recipe, an option.

The protocol is click's (`_DATAKIT_COMPLETE=bash_source datakit`). What knows the names is imported only when a
shell asks for them.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import click
from click.shell_completion import CompletionItem


def offered(
    names: Callable[[], Iterable[str]], *, else_type: str | None = None
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Return what click calls to complete a parameter.

    Args:
        names: gives all that can stand there.
        else_type: `file` or `dir` where a path can stand there too; it is offered where no name begins so.
    """

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
        begun = [CompletionItem(name) for name in names() if name.startswith(incomplete)]
        return begun or ([CompletionItem(incomplete, type=else_type)] if else_type else [])

    return complete


files = offered(list, else_type="file")
folders = offered(list, else_type="dir")


def runs() -> list[str]:
    """Return the runs of this folder, the newest first."""  # not by `Workspace`: its import takes half a second
    return sorted((path.parent.name for path in Path(".datakit/runs").glob("*/manifest.json")), reverse=True)


def models() -> list[str]:
    """Return what names a model: `champion`, `latest` or a run."""
    return ["champion", "latest", *runs()]


def recipes() -> list[str]:
    """Return the recipes of this folder and those that come with datakit."""
    return sorted({path.stem for path in _at_hand("pipelines", "*.yaml")})


def suites() -> list[str]:
    """Return the suites of this folder and those that come with datakit."""
    return sorted({path.name for path in _at_hand("expectations", "*.json")})


def _at_hand(kind: Literal["pipelines", "expectations"], pattern: str) -> Iterable[Path]:
    from datakit.pipeline.shipped import shipped

    return chain(Path(kind).glob(pattern), shipped(kind).glob(pattern))


def codes() -> list[str]:
    """Return all that has a page in the manual."""
    from datakit.core.codes import CODES
    from datakit.pipeline.components import families

    return sorted({name for family in families() for name in family.names()} | CODES.keys())


def components(family: str) -> Callable[[], list[str]]:
    """Return what gives the names of a family, such as `operators`."""

    def names() -> list[str]:
        from datakit.pipeline.components import families

        return next(registry.names() for registry in families() if registry.family == family)

    return names


def stages() -> list[str]:
    """Return the stages, in their order."""
    from datakit.pipeline.stages import STAGES

    return [stage.name for stage in STAGES]


def settings() -> list[str]:
    """Return the options of a recipe: `augment.target=`, and so on."""
    from pydantic import BaseModel

    from datakit.pipeline.recipe import Recipe

    def options(section: type[Any], before: str) -> Iterable[str]:
        for name, field in section.model_fields.items():
            called = before + (field.alias or name)
            kind = field.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from options(kind, f"{called}.")
            else:
                yield f"{called}="

    return list(options(Recipe, ""))
