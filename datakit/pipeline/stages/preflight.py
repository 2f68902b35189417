"""`preflight`: what is known to go wrong before any compute is spent on training, and the figure to beat."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from datakit.core.corpus import Corpus, Splits
from datakit.core.encoder import WEIGHTS_SHA256
from datakit.core.files import from_json, to_json
from datakit.core.findings import Report
from datakit.diagnosis import diagnose, is_guessing
from datakit.pipeline.stages._base import CORE_PACKAGES, TRAINING_PACKAGES, Context
from datakit.pipeline.stages._training import TrainingStage
from datakit.training.models import resolve
from datakit.training.settings import Settings

if TYPE_CHECKING:
    from datakit.evaluation import Metrics

#: Rows of train and of validation that the reference reads at most: with more its figures change little.
READ = (4_000, 2_000)
#: The same where a frozen encoder reads them, which takes a hundred times as long.
EMBEDDED = (1_500, 500)

_SHOWN = ("rows", "accuracy", "accuracy_interval", "macro_f1", "macro_f1_interval")


@dataclass(frozen=True, kw_only=True)
class Preflight(TrainingStage):
    """Gives what training will set out with, a reference on validation, and what the rules say of both."""

    name: ClassVar[str] = "preflight"
    version: ClassVar[int] = 1
    gives: ClassVar[tuple[str, ...]] = ("outset.json", "reference.json", "objections.json")
    rooms: ClassVar[tuple[str, ...]] = (
        "core",
        "training",
        "evaluation",
        "diagnosis",
        "pipeline/stages/_training",
        "pipeline/stages/preflight",
    )
    packages: ClassVar[tuple[str, ...]] = (*(*CORE_PACKAGES, *TRAINING_PACKAGES),)

    def outside(self) -> Mapping[str, str]:
        """Return the digests of the model and of the encoder behind the reference, and the kind of device."""
        return {**self.taught_by(), "probe": WEIGHTS_SHA256}

    def run(self, context: Context) -> Report:
        """Look ahead."""
        from datakit.training.outset import foreseen

        splits = Splits.open(context.inputs["splits"])
        history = foreseen(
            resolve(self.model).folder,
            Corpus.open(context.inputs["augmented.parquet"]),
            splits.validation,
            settings=Settings(**self.settings),
            seed=context.seed,
        )
        reference = from_json(to_json(_reference(splits, context.seed)), dict[str, Any])
        diagnoses = diagnose(history, {"reference": reference}, phases={"before"})
        (context.outputs / "outset.json").write_bytes(to_json(history))
        (context.outputs / "reference.json").write_bytes(to_json(reference))
        (context.outputs / "objections.json").write_bytes(to_json([asdict(one) for one in diagnoses]))
        return Report(
            stage=self.name,
            findings=tuple(one.finding for one in diagnoses),
            figures={name: {f: metrics[f] for f in _SHOWN} for name, metrics in reference.items()},
        )


def _reference(splits: Splits, seed: int) -> dict[str, "Metrics"]:
    """Return the figures of plain models on validation; of a frozen encoder too where words tell nothing."""
    from datakit.evaluation import baselines
    from datakit.evaluation.probe import Embedded

    def drawn(taught: int, asked: int) -> tuple[Corpus, Corpus]:
        return splits.train.sample(taught, seed, "preflight"), splits.validation.sample(asked, seed, "preflight")

    train, validation = drawn(*READ)
    found = baselines(train, validation, seed=seed)
    if not is_guessing(found["tfidf-logistic-regression"].roc_auc_interval):
        return found
    train, validation = drawn(*EMBEDDED)
    return baselines(train, validation, embedded=Embedded.of(train, validation, seed=seed), seed=seed)
