"""`datakit predict`."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click

from datakit.cli._options import model_option

#: Texts that are labelled together: enough to make batches of like length, few enough to answer soon.
_TOGETHER = 4096


@click.command("predict")
@click.argument("texts", nargs=-1)
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, allow_dash=True),
    help="One text a line; - for stdin.",
)
@model_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a text instead.")
def command(texts: tuple[str, ...], path: Path | None, run: str | None, as_json: bool) -> int:
    """Label TEXTS with the fine-tuned model: label, probability and text, separated by tabs.

    Temperature and thresholds are applied where the run was evaluated with them. Where a text may have several
    labels, they are separated by commas.
    """
    from datakit.core.errors import Problem, UsageError
    from datakit.pipeline.predicting import Predictor
    from datakit.pipeline.workspace import Workspace

    if not texts and path is None:
        raise UsageError(Problem(where="datakit predict", got="no texts", fix='datakit predict "some text"'))
    workspace = Workspace(Path.cwd())
    model = Predictor.of(workspace, run)
    if run is None:
        _say_if_newer(workspace)
    for some in _portions(chain(texts, _lines(path))):
        for text, prediction in zip(some, model.predict(some), strict=True):
            click.echo(_as_json(text, prediction) if as_json else _as_line(text, prediction))
    return 0


def _say_if_newer(workspace: Any) -> None:
    """Say so where the champion answers, but a newer model is there."""
    from datakit.pipeline.jobs.champion import chosen

    champion, latest = chosen(workspace, None), workspace.latest()
    if champion is None or latest is None or champion.run == latest.run:
        return
    if (workspace.folder_of(latest.run) / "model").is_dir():
        click.echo(f"labelled by the champion, {champion.run}; --run latest is {latest.run}", err=True)


def _lines(path: Path | None) -> Iterator[str]:
    if path is not None:
        with click.open_file(str(path), encoding="utf-8") as file:
            for line in file:
                yield line.rstrip("\n")


def _portions(texts: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(texts)
    while some := list(islice(remaining, _TOGETHER)):
        yield some


def _as_json(text: str, prediction: Any) -> str:
    rounded = {name: round(score, 6) for name, score in prediction.probabilities.items()}
    labels = {"label": prediction.labels[0]} if len(prediction.labels) == 1 else {"labels": prediction.labels}
    return json.dumps({"text": text, **labels, "probabilities": rounded}, ensure_ascii=False)


def _as_line(text: str, prediction: Any) -> str:
    scores = ",".join(f"{prediction.probabilities[label]:.3f}" for label in prediction.labels)
    return f"{','.join(prediction.labels)}\t{scores}\t{text}"
