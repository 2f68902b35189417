"""`finetune`: train the encoder on the augmented rows, keep the best epoch."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import ClassVar

from datakit.core.corpus import Corpus, Splits
from datakit.core.files import to_json
from datakit.core.findings import Finding, Report, Severity
from datakit.core.history import History
from datakit.diagnosis import diagnose
from datakit.pipeline.stages._base import CORE_PACKAGES, TRAINING_PACKAGES, Context, Progress
from datakit.pipeline.stages._training import TrainingStage
from datakit.training.models import resolve
from datakit.training.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Finetune(TrainingStage):
    """Gives the fine-tuned model and the history of its training."""

    name: ClassVar[str] = "finetune"
    version: ClassVar[int] = 1
    gives: ClassVar[tuple[str, ...]] = ("model", "history.json")
    rooms: ClassVar[tuple[str, ...]] = (
        "core",
        "training",
        "pipeline/stages/_training",
        "pipeline/stages/finetune",
    )
    packages: ClassVar[tuple[str, ...]] = (*CORE_PACKAGES, *TRAINING_PACKAGES)

    def outside(self) -> Mapping[str, str]:
        """Return the model's digest, and the kind of device: it decides the last bits of the weights."""
        return self.taught_by()

    def run(self, context: Context) -> Report:
        """Fine-tune."""
        from datakit.training.finetune import finetune
        from datakit.training.recorder import DivergedError

        told = Told(context.progress)
        train, settings = Corpus.open(context.inputs["augmented.parquet"]), Settings(**self.settings)
        try:
            history = finetune(
                resolve(self.model).folder,
                train,
                Splits.open(context.inputs["splits"]).validation,
                context.outputs / "model",
                settings=settings,
                seed=context.seed,
                events=context.aside / "tensorboard",
                progress=told.progress,
                checkpoints=context.unfinished,
                early=told.early,
                report_to=context.trackers,
            )
        except DivergedError as error:
            (context.aside / "history.json").write_bytes(to_json(error.history))
            why = f"see why: datakit diagnose {context.aside.name}"
            problems = (replace(problem, fix=f"{problem.fix}; {why}") for problem in error.problems)
            raise DivergedError(*problems, history=error.history) from error
        (context.outputs / "history.json").write_bytes(to_json(history))
        best = history.epochs[history.best_epoch - 1]
        return Report(
            stage=self.name,
            findings=tuple(_findings(settings, history)),
            figures={
                **history.settings,
                "model": self.model,
                "best_epoch": history.best_epoch,
                "epochs_run": len(history.epochs),
                "stopped_early": history.stopped_early,
                "validation": asdict(best),
            },
        )


@dataclass
class Told:
    """What is told while it trains: the progress, and beside it what the doctor says of the first quarter."""

    tell: Progress
    said: str = ""

    def progress(self, done: int, total: int, note: str) -> None:
        """Pass it on."""
        self.tell(done, total, "; ".join(filter(None, (note, self.said))))

    def early(self, history: History) -> None:
        """Ask the rules that need no more than steps; what the pre-flight has said is not said again."""
        before = replace(history, steps=(), epochs=(), start=None)
        known = {diagnosis.finding.code for diagnosis in diagnose(before, {}, phases={"before"})}
        found = [diagnosis.finding for diagnosis in diagnose(history, {}, phases={"before", "during"})]
        loud = [one for one in found if one.severity is not Severity.INFO and one.code not in known]
        if loud:
            self.said = f"step {history.steps[-1].step}: {loud[0].message}: {loud[0].code}"


def _findings(settings: Settings, history: History) -> Iterator[Finding]:
    """Yield what was done otherwise than asked for."""
    if history.settings["batch_size"] < settings.batch_size:
        yield Finding(
            code="batch-halved",
            severity=Severity.INFO,
            message=f"{settings.batch_size} rows at once do not fit into the accelerator's memory: batches of "
            f"{history.settings['batch_size']}, {history.settings['accumulation']} to a step",
            fix=f"nothing; or set finetune.batch_size to {history.settings['batch_size']} to save the attempts",
        )
