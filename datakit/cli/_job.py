"""Jobs by the names that people type."""

from pathlib import Path
from typing import Any

from datakit.cli._completion import recipes


def recipe_of(name: str) -> Path:
    """Return the recipe that a name means: `nightly` is pipelines/nightly.yaml, a name that ends so is a path.

    Raises:
        UsageError: no such recipe.
    """
    from datakit.core.errors import Problem, UsageError
    from datakit.core.names import suggest
    from datakit.pipeline.shipped import find

    if Path(name).suffix in (".yaml", ".yml"):
        return Path(name)
    path = find("pipelines", f"{name}.yaml", Path.cwd())
    if not path.is_file():
        fix = suggest(name, recipes())
        raise UsageError(Problem(where=name, got="no recipe of that name in ./pipelines", fix=fix))
    return path


def job_of(name: str) -> Any:
    """Return the job of a recipe in this folder.

    Raises:
        UsageError: no such recipe, or one that cannot be followed.
    """
    from datakit.pipeline.jobs.job import Job
    from datakit.pipeline.recipe import load
    from datakit.pipeline.workspace import Workspace

    path = recipe_of(name)
    return Job(name=path.stem, recipe=load(path), workspace=Workspace(Path.cwd()))
