"""Writes a run's HTML report."""

from pathlib import Path

from datakit.core.files import write_atomically
from datakit.pipeline.telling import story_of
from datakit.pipeline.workspace import Manifest, Workspace
from datakit.reports.html import render


def write_report(workspace: Workspace, manifest: Manifest, path: Path | None = None) -> Path:
    """Write the report, by default into the run's folder, and return where it is."""
    target = (path or workspace.folder_of(manifest.run) / "report.html").absolute()
    write_atomically(target, render(story_of(workspace, manifest)).encode())
    return target
