"""`datakit diagnose`."""

import json
from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import offered, runs
from datakit.cli._options import SHARED, pipeline_options
from datakit.cli._shared import GATE_FAILED, bring_up_to


@click.command("diagnose")
@click.argument("run", required=False, metavar="[RUN|LOG]", shell_complete=offered(runs, else_type="file"))
@click.option("--data", type=click.Path(path_type=Path), metavar="FILE", help="Of a LOG: what it learnt from.")
@click.option("--text-column", metavar="NAME", help="Of --data; guessed when obvious.")
@click.option("--label-column", metavar="NAME", help="Of --data; guessed when obvious.")
@click.option("--labels", type=click.IntRange(min=2), metavar="N", help="Of a LOG without --data: how many.")
@click.option("--optimizer", metavar="NAME", help="Of a LOG: adamw, sgd, …")
@click.option("--learning-rate", type=click.FloatRange(min=0, min_open=True), help="Of a LOG: at its peak.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Of a LOG: rows a step, all accumulated ones.")
@click.option("--epochs", type=click.IntRange(min=1), help="Of a LOG.")
@pipeline_options
def command(run: str | None, **options: Any) -> int:
    """Say what went wrong in training, and what to change.

    Of the training of RUN, if one is named, also where it came to no end; or of a training that datakit did not
    run, of which there is a LOG: a trainer_state.json of transformers, a folder that holds one, or a CSV or JSON
    Lines file with a row a step or epoch. Else the pipeline is brought up to date.

    What a LOG does not tell is not guessed: rules that would need it are not asked, and named.
    """
    shared = {name: options.pop(name) for name in SHARED}
    log = run is not None and _is_log(run)
    if not log:
        _require_none({name: value for name, value in options.items() if value is not None})
    if run is None:
        return bring_up_to("diagnose", {}, shared)
    return _show(_of_log(Path(run), options) if log else _of_run(run), shared, of_log=log)


def _is_log(name: str) -> bool:
    path = Path(name)
    return path.exists() or path.suffix != "" or len(path.parts) > 1


def _require_none(given: dict[str, Any]) -> None:
    """See that no option of logs is given.

    Raises:
        UsageError: one is.
    """
    from datakit.core.errors import Problem, UsageError

    if given:
        fix = "name the LOG to judge, or leave the option out: of a run all this is known"
        flags = [f"--{name.replace('_', '-')}" for name in given]
        raise UsageError(*(Problem(where=flag, got="given without a LOG", fix=fix) for flag in flags))


def _of_run(run: str) -> Any:
    from datakit.pipeline.diagnosing import diagnosed
    from datakit.pipeline.workspace import Workspace

    return diagnosed(Workspace(Path.cwd()), run)


def _of_log(path: Path, options: dict[str, Any]) -> Any:
    from datakit.io import Source
    from datakit.pipeline.diagnosing import diagnosed_log
    from datakit.pipeline.log_history import Told

    columns = {name: options.pop(name) for name in ("text_column", "label_column")}
    return diagnosed_log(path, Told(source=Source(**columns), **options))


def _show(report: Any, shared: dict[str, Any], *, of_log: bool) -> int:
    import msgspec

    from datakit.reports import terminal, training_log

    if shared["as_json"]:
        click.echo(json.dumps({"schema_version": 1, **msgspec.to_builtins(report)}, indent=2, ensure_ascii=False))
    elif not shared["quiet"]:
        told = training_log.judged(report) if of_log else terminal.stage(report, ran=True)
        terminal.console().print(told)
    return GATE_FAILED if report.errors(frozenset(shared["accept"])) else 0
