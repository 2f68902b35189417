"""Old runs of jobs are removed, with what only they hold."""

import shutil
from collections.abc import Iterable

from datakit.pipeline.workspace import Manifest, Workspace


def prune(workspace: Workspace, command: str, keep: int, spared: Iterable[str]) -> tuple[str, ...]:
    """Remove all but the newest runs of a job; only for the holder of the lock.

    An object is removed with the last run that names it. A stage that gave it is run again when it is needed.

    Args:
        workspace: whose runs.
        command: runs of other commands stay: a person has made them.
        keep: runs of the job that stay.
        spared: runs that stay however old they are.

    Returns:
        the ids of the removed runs.
    """
    runs = list(workspace.history())
    old = [run for run in runs if run.command == command][:-keep]
    doomed = [run for run in old if run.run not in set(spared)]
    left = {digest for run in runs if run not in doomed for digest in _objects(run)}
    for run in doomed:
        # The folder first: without it an object is only one that nothing names.
        shutil.rmtree(workspace.folder_of(run.run))
        for digest in _objects(run) - left:
            workspace.store.forget(digest)
    return tuple(run.run for run in doomed)


def _objects(run: Manifest) -> set[str]:
    return {
        digest for standing in run.stages for artefact in standing.outputs.values() for digest in artefact.values()
    }
