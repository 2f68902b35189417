"""Where a run and its model come from, stage by stage, and whether it was champion."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datakit.pipeline.jobs.champion import Champions, Promotion, model_of
from datakit.pipeline.store import digest_of_artefact
from datakit.pipeline.workspace import Manifest, Standing, Workspace

_SHORTEST = 6  # digits of a digest that name one


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One stage of a run, by digests."""

    stage: str
    key: str
    code: str  #: of the rooms whose source decides its output
    packages: Mapping[str, str]  #: versions
    options: Mapping[str, Any]
    outside: Mapping[str, str]  #: what it has read beside its inputs: source files, suite, model
    inputs: Mapping[str, str]  #: artefacts by name
    outputs: Mapping[str, str]
    status: str  #: `ran`, or `hit`: it was there already
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Lineage:
    """What a run was made of."""

    run: str
    created: str
    command: str
    version: str  #: of datakit
    outcome: str
    accepted: tuple[str, ...]
    recipe: Mapping[str, Any]
    steps: tuple[Step, ...]
    model: str | None  #: digest of all that predictions are made with; None where nothing was evaluated
    promotions: tuple[Promotion, ...]  #: what was decided about its model, the oldest first
    champion: bool  #: whether it is the champion now


def lineage(workspace: Workspace, manifest: Manifest) -> Lineage:
    """Return what a run was made of."""
    champions = Champions(workspace)
    champion = champions.current()
    return Lineage(
        run=manifest.run,
        created=manifest.created,
        command=manifest.command,
        version=manifest.version,
        outcome=manifest.outcome,
        accepted=manifest.accepted,
        recipe=manifest.recipe,
        steps=tuple(map(_step, manifest.stages)),
        model=model_of(manifest),
        promotions=tuple(entry for entry in champions.entries() if entry.run == manifest.run),
        champion=champion is not None and champion.now.run == manifest.run,
    )


def bearing(workspace: Workspace, digest: str) -> list[tuple[Manifest, str]]:
    """Return the runs in which a digest, or the beginning of one, occurs, the newest first, and what it is there.

    It may be that of a model, an artefact, a file of one, or what a stage has read; or a stage's key.
    """
    found = []
    if len(digest) >= _SHORTEST:
        for run in workspace.history(newest_first=True):
            what = next((name for name, one in _digests(run) if one.startswith(digest)), None)
            if what is not None:
                found.append((run, what))
    return found


def _digests(run: Manifest) -> list[tuple[str, str]]:
    """Return all digests in a run, each with what it is of."""
    model = model_of(run)
    found = [("its model", model)] if model else []
    for standing in run.stages:
        found.append((f"the key of {standing.stage}", standing.key))
        found += [(f"what {standing.stage} read as {role}", one) for role, one in _outside(standing).items()]
        for name, artefact in standing.outputs.items():
            found.append((f"{name} of {standing.stage}", digest_of_artefact(artefact)))
            found += [(f"{name}/{file}".rstrip("/"), one) for file, one in artefact.items()]
    return found


def _step(standing: Standing) -> Step:
    parts = standing.parts
    return Step(
        stage=standing.stage,
        key=standing.key,
        code=parts["code"],
        packages=parts["packages"],
        options=parts["options"],
        outside=_outside(standing),
        inputs=parts["inputs"],
        outputs={name: digest_of_artefact(artefact) for name, artefact in standing.outputs.items()},
        status=standing.status,
        attempts=standing.attempts,
    )


def _outside(standing: Standing) -> dict[str, str]:
    """Return what a stage has read beside its inputs; of source files the digest without the kind before it."""
    outside: dict[str, str] = standing.parts["outside"]
    return {role: digest.rpartition(":")[2] for role, digest in outside.items()}
