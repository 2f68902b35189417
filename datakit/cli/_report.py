"""Writes HTML: the report on a run or several, and the index of a workspace."""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from datakit.core.files import write_atomically
from datakit.pipeline.telling import story_of
from datakit.pipeline.workspace import Manifest, Workspace


def write_report(workspace: Workspace, manifest: Manifest, path: Path | None = None) -> Path:
    """Write the report, by default into the run's folder, and return where it is."""
    from datakit.reports.html import render

    return _write(render(story_of(workspace, manifest)), path or workspace.folder_of(manifest.run) / "report.html")


def write_several(workspace: Workspace, manifests: Sequence[Manifest], path: Path | None = None) -> Path:
    """Write the report on several runs, by default into `.datakit`, and return where it is."""
    from datakit.pipeline.chronicling import several_of
    from datakit.reports.several import render

    return _write(render(several_of(workspace, manifests)), path or workspace.root / "comparison.html")


def write_index(workspace: Workspace, path: Path | None = None) -> Path:
    """Write the index of a workspace, by default into `.datakit`, and return where it is."""
    from datakit.pipeline.chronicling import chronicle_of
    from datakit.reports.index import render

    target = (path or workspace.root / "index.html").absolute()
    # From the one to the other, so that the workspace can be moved as a whole.
    runs = Path(os.path.relpath(workspace.root / "runs", target.parent)).as_posix()
    return _write(render(chronicle_of(workspace), folder=quote(runs)), target)


def _write(page: str, path: Path) -> Path:
    write_atomically(path.absolute(), page.encode())
    return path.absolute()
