"""The verbs on data in memory: what `import datakit` gives beside `load`, `validate` and `split`.

They call the same stages as the commands do, so the same rows, options and seed give the same model.
"""

import os
import shutil
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, overload
from weakref import finalize

from datakit.augmentation import Augmented
from datakit.augmentation import augment as augment_splits
from datakit.augmentation.plan import Target
from datakit.core.corpus import SPLIT_NAMES, Corpus, Splits
from datakit.core.errors import Problem, UsageError
from datakit.core.files import from_json
from datakit.core.findings import Finding, Report, Severity
from datakit.core.history import History
from datakit.core.notebook import table
from datakit.diagnosis import diagnose as ask_the_rules
from datakit.pipeline.diagnosing import report_of
from datakit.pipeline.engines.local import Local
from datakit.pipeline.exporting import hand_over
from datakit.pipeline.recipe import parse
from datakit.pipeline.stages._base import Context, Stage
from datakit.pipeline.stages.evaluate import Evaluate
from datakit.pipeline.stages.finetune import Finetune
from datakit.validation import Validation, checks

if TYPE_CHECKING:
    from datakit.pipeline.predicting import Prediction

_LEAKS = ("near-split-leakage", "split-leakage")
_WHY = "datakit.diagnose(error.history)"


@overload
def augment(data: Corpus, *, target: Target = ..., **how: Any) -> Corpus: ...  # noqa: ANN401


@overload
def augment(data: Splits, *, target: Target = ..., **how: Any) -> Augmented: ...  # noqa: ANN401


def augment(
    data: Corpus | Splits,
    *,
    target: Target = "balanced",
    **how: Any,
) -> Corpus | Augmented:
    """Add new texts to the rows to learn from until each label has the rows that `target` asks for.

    Args:
        data: splits, of which only `train` grows, by no text that validation or test have, or nearly have; or
            the rows to learn from alone, where nothing is known of what is held out: prefer splits.
        target: `balanced`, `ratio=R`, `count=N`, `majority-share=S`, `none`, or rows by label.
        how: further options of `datakit.augmentation.augment`: `operators`, `filters`, `max_per_row`,
            `language`, `seed`, …

    Returns:
        Of splits what was done, with the new `train`; of rows alone these with the new ones behind them. What
        `report.findings` says in the first case, warnings say in the second.

    Raises:
        UsageError: an unknown component or option, or a target that cannot be met by adding rows.
    """
    if isinstance(data, Splits):
        return augment_splits(data, target=target, **how)
    grown = augment_splits(Splits({"train": data}), target=target, **how)
    for finding in grown.report.findings:
        if finding.severity is not Severity.INFO:
            warnings.warn(f"{finding.code}: {finding.message}; {finding.fix}", stacklevel=2)
    return grown.train


class _Folder:
    """A folder that is removed with this object, or when Python ends."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="datakit-"))
        finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """A model that was fine-tuned in memory, and how good it is."""

    history: History  #: every logged step, every epoch
    metrics: Mapping[str, Any]  #: on the test split: `model`, `baselines` by name, `slices`; macro-F1 is 0..1
    findings: tuple[Finding, ...]  #: of leakage, of the training, of the evaluation
    _folder: _Folder = field(repr=False)

    def predict(self, texts: Sequence[str]) -> list["Prediction"]:
        """Return the labels of new texts and the probability of each label, as the test split was judged."""
        from datakit.pipeline.predicting import Predictor

        return list(Predictor.open(self._folder.path).predict(texts))

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the model into a new folder, as transformers' `from_pretrained` loads it.

        Raises:
            UsageError: the folder exists and is not empty.
        """
        hand_over(self._folder.path, Path(folder))

    def __repr__(self) -> str:
        model = self.metrics["model"]
        return (
            f"Run(macro-F1 {model['macro_f1']:.3f}, accuracy {model['accuracy']:.3f} on {model['rows']} rows, "
            f"epoch {self.history.best_epoch} of {len(self.history.epochs)}, {len(self.findings)} findings)"
        )

    def _repr_html_(self) -> str:
        shown = {"model": self.metrics["model"], **self.metrics["baselines"]}
        rows = [
            (name, *(part for figure in ("macro_f1", "accuracy") for part in _with_interval(one, figure)))
            for name, one in shown.items()
        ]
        head = ("on the test split", "macro-F1", "95% interval", "accuracy", "95% interval")
        figures = table(head, rows, caption=f"{self.metrics['model']['rows']:,} test rows")
        return figures + Report(stage="finetune", findings=self.findings)._repr_html_()


def finetune(
    splits: Splits,
    *,
    model: str = "minilm",
    seed: int = 13,
    progress: Callable[[int, int, str], None] = lambda *_: None,
    **settings: Any,  # noqa: ANN401  (those of the recipe)
) -> Run:
    """Fine-tune an encoder on `train`, keep the best epoch by `validation`, measure it once on `test`.

    The model's files stand in a temporary folder, which goes with the run: `Run.save` keeps them.

    Args:
        splits: train, with augmented rows if there are any, validation and test.
        model: `minilm` (embedded), a folder saved by `save_pretrained`, or the id of a hub model.
        seed: of the new head, the batches, dropout and the intervals.
        progress: told steps done, steps in all, and a note.
        settings: of the recipe's section `finetune`, e.g. `epochs=2`, `class_weights="none"`.

    Raises:
        UsageError: a split is missing, or an option is unknown or cannot be followed.
        DivergedError: a loss or gradient is no finite number; `diagnose` takes its `history`.
        GateError: no row of validation has a label that train has.
    """
    if missing := [name for name in SPLIT_NAMES if name not in splits]:
        got = f"no split {', '.join(missing)}"
        raise UsageError(Problem(where="finetune", got=got, fix="give datakit.split(corpus)"))
    recipe = parse({"source": "memory", "seed": seed, "finetune": {"model": model, **settings}}, where="finetune")
    kept = _Folder()
    folder, train = kept.path, splits.train
    found = train.take([i for i, parent in enumerate(train.parents) if parent is None])
    (splits | {"train": found}).save(folder / "splits")
    train.save(folder / "augmented.parquet")
    reports = [_run(stage.of(recipe, folder), folder, seed, progress) for stage in (Finetune, Evaluate)]
    shutil.rmtree(folder / "unfinished", ignore_errors=True)
    return Run(
        history=from_json((folder / "history.json").read_bytes(), History),
        metrics=from_json((folder / "metrics.json").read_bytes(), dict[str, Any]),
        findings=(*_leaks(splits), *(finding for report in reports for finding in report.findings)),
        _folder=kept,
    )


def diagnose(trained: Run | History) -> Report:
    """Return what the rules recognise in a training, causes before their effects, each with its remedy.

    Args:
        trained: a run, or the history of a training that has no figures on a test split: that of a
            `DivergedError`, for one.
    """
    history, metrics = (trained, {}) if isinstance(trained, History) else (trained.history, trained.metrics)
    return report_of(ask_the_rules(history, metrics))


def _run(stage: Stage, folder: Path, seed: int, progress: Callable[[int, int, str], None]) -> Report:
    from datakit.training.recorder import DivergedError

    context = Context(
        inputs={name: folder / name for name in stage.needs},
        outputs=folder,
        aside=folder,
        unfinished=folder / "unfinished",
        shards=folder / "shards",
        seed=seed,
        engine=Local(workers=1),
        progress=progress,
    )
    try:
        return stage.run(context)
    except DivergedError as error:
        # The stage names the command that tells why, which knows nothing of this folder.
        problems = (
            replace(problem, fix=problem.fix.replace(f"datakit diagnose {folder.name}", _WHY))
            for problem in error.problems
        )
        raise DivergedError(*problems, history=error.history) from error


def _leaks(splits: Splits) -> list[Finding]:
    """Return what stands on both sides: rows that were augmented alone may have come near held-out ones."""
    leaks = Validation(checks=[checks.build(name) for name in _LEAKS])
    return list(leaks.findings(leaks.look_at(splits)))


def _with_interval(figures: Mapping[str, Any], name: str) -> tuple[str, str]:
    low, high = figures[f"{name}_interval"]
    return f"{figures[name]:.3f}", f"{low:.3f} to {high:.3f}"
