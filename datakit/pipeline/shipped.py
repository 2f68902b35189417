"""The recipes and suites that come with datakit."""

from pathlib import Path
from typing import Literal

import datakit

Kind = Literal["expectations", "pipelines"]


def shipped(kind: Kind) -> Path:
    """Return the folder of the suites, or of the recipes, that come with datakit.

    They are top-level folders of the project; the wheel carries a copy.
    """
    package = Path(datakit.__file__).parent
    inside = package / "_shipped" / kind
    return inside if inside.is_dir() else package.parent / kind


def find(kind: Kind, name: str, project: Path) -> Path:
    """Return the file `name`: with a slash a path, else in the project's own folder `kind`, else a shipped one."""
    if "/" in name:
        return project / name
    own = project / kind / name
    return own if own.is_file() else shipped(kind) / name
