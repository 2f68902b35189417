"""`datakit predict`."""

from pathlib import Path
from typing import Any

import click


@click.command("predict")
@click.argument("texts", nargs=-1)
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, allow_dash=True),
    help="One text a line; - for stdin.",
)
@click.option("--run", metavar="RUN", help="Use the model of this run (default: the latest).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a text instead.")
def command(texts: tuple[str, ...], path: Path | None, run: str | None, as_json: bool) -> int:
    """Label TEXTS with the fine-tuned model: label, probability and text, separated by tabs."""
    from datakit.core.errors import Problem, UsageError
    from datakit.pipeline.telling import classifier
    from datakit.pipeline.workspace import Workspace

    if path is not None:
        with click.open_file(str(path), encoding="utf-8") as file:
            texts = (*texts, *(line.rstrip("\n") for line in file))
    if not texts:
        raise UsageError(Problem(where="datakit predict", got="no texts", fix='datakit predict "some text"'))
    model = classifier(Workspace(Path.cwd()), run)
    for text, scores in zip(texts, model.probabilities(texts), strict=True):
        _show(text, dict(zip(model.labels, scores.tolist(), strict=True)), as_json)
    return 0


def _show(text: str, scores: dict[str, Any], as_json: bool) -> None:
    import json

    label = max(scores, key=scores.__getitem__)
    if as_json:
        rounded = {name: round(score, 6) for name, score in scores.items()}
        click.echo(json.dumps({"text": text, "label": label, "probabilities": rounded}, ensure_ascii=False))
    else:
        click.echo(f"{label}\t{scores[label]:.3f}\t{text}")
