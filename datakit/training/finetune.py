"""Fine-tune a pretrained encoder on a train split, choosing the checkpoint by the validation split."""

from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
import torch
import transformers
from torch.nn import functional
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedModel,
    Trainer,
    TrainingArguments,
)
from transformers.integrations import TensorBoardCallback

from datakit.core.corpus import Corpus
from datakit.core.errors import Problem, UsageError
from datakit.core.history import History
from datakit.core.hushed import quiet_transformers
from datakit.core.seeding import global_state_lent, seed_for
from datakit.evaluation import macro_f1
from datakit.training.batches import tokenised
from datakit.training.devices import bf16_pays, device
from datakit.training.losses import balanced_weights, weighted_cross_entropy
from datakit.training.recorder import Progress, Recorder
from datakit.training.sampling import LengthGrouped

# Below this many parameters an encoder is small enough to want the larger learning rate.
_SMALL = 50_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How to train; the defaults are sound for BERT-type encoders on short texts."""

    epochs: int = 4  # at most
    batch_size: int = 16
    # Peak rate of AdamW; "auto" is 2e-4 for encoders under 50M parameters (MiniLM is healthy from 1e-4 to 5e-4
    # on three data sets) and 3e-5 above (Devlin et al. 2019: 2e-5 to 5e-5).
    learning_rate: float | Literal["auto"] = "auto"
    weight_decay: float = 0.01
    warmup: float = 0.1  # fraction of all steps, 0..1, before the linear decay to 0
    max_length: int = 256  # tokens, the special ones included
    class_weights: Literal["balanced", "none"] = "balanced"
    patience: int = 2  # epochs without a better validation macro-F1 before training stops


def finetune(
    pretrained: Path,
    train: Corpus,
    validation: Corpus,
    folder: Path,
    *,
    settings: Settings,
    seed: int,
    events: Path,
    progress: Progress,
) -> History:
    """Fine-tune the model in the folder `pretrained` and save the best epoch's model to `folder`.

    Best is the highest macro-F1 on `validation`. Master weights are fp32 whatever the checkpoint's type: bf16
    weights swallow the small updates of a usual learning rate (macro-F1 .146 against .435 at 2e-5). The
    global random state is as before afterwards.

    Args:
        pretrained: safetensors weights with config and tokenizer.
        train: rows to learn from; its labels become the model's.
        validation: rows to choose the epoch by.
        folder: receives model, config (with the label names) and tokenizer.
        settings: see there.
        seed: of the new head, the batches and dropout.
        events: folder for TensorBoard's event files.
        progress: told after every step.

    Raises:
        UsageError: the rows have several labels each.
    """
    if train.multi_label:
        raise UsageError(
            Problem(
                where="finetune",
                got="rows with several labels each",
                fix="this version fine-tunes on one label a row only; validate and split work on such files",
            )
        )
    labels = sorted(train.label_counts)
    with (
        quiet_transformers(),
        global_state_lent(seed_for(seed, "finetune")),
        torch.random.fork_rng(),
        TemporaryDirectory() as scratch,
    ):
        # The head is drawn when the model is loaded, before the Trainer sets its seed.
        torch.manual_seed(seed_for(seed, "head"))
        model = _load(pretrained, labels)
        tokenizer = AutoTokenizer.from_pretrained(pretrained)
        rate = _learning_rate(settings, model)
        rows = _dataset(tokenizer, train, labels, settings)
        recorder = Recorder(progress)
        trainer = _Trainer(
            sampler=LengthGrouped(rows["length"], settings.batch_size, seed),
            model=model,
            args=_arguments(Path(scratch), settings, rate, len(train), seed),
            train_dataset=rows,
            eval_dataset=_dataset(tokenizer, validation, labels, settings),
            processing_class=tokenizer,
            data_collator=DataCollatorWithPadding(tokenizer, pad_to_multiple_of=8),
            compute_metrics=lambda prediction: _judged(prediction, labels),
            compute_loss_func=_loss(settings, labels, train),
            callbacks=[
                recorder,
                EarlyStoppingCallback(early_stopping_patience=settings.patience),
                TensorBoardCallback(_writer(events)),
            ],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train()
        trainer.save_model(str(folder))
    (folder / "training_args.bin").unlink()  # a pickle, with the paths and the host of this run
    best = max(recorder.epochs, key=lambda epoch: (epoch.macro_f1, -epoch.epoch))
    return History(
        labels=tuple(labels),
        train_counts=dict(train.label_counts),
        validation_counts=dict(validation.label_counts),
        settings={**asdict(settings), "learning_rate": rate, "bf16": bf16_pays(device())},
        steps=tuple(recorder.steps),
        epochs=tuple(recorder.epochs),
        best_epoch=best.epoch,
        stopped_early=len(recorder.epochs) < settings.epochs,
    )


class _Trainer(Trainer):  # type: ignore[misc]  # transformers is not typed
    """transformers' Trainer with batches of rows of like length: random ones pad IMDB to six times the time."""

    def __init__(self, *, sampler: LengthGrouped, **arguments: Any) -> None:  # noqa: ANN401  (the Trainer's own)
        super().__init__(**arguments)
        self._sampler = sampler

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGrouped:  # noqa: ANN401, ARG002  (untyped)
        return self._sampler


def _load(pretrained: Path, labels: list[str]) -> PreTrainedModel:
    return AutoModelForSequenceClassification.from_pretrained(
        pretrained,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
        ignore_mismatched_sizes=True,  # a checkpoint may carry a head for other labels
    )


def _learning_rate(settings: Settings, model: PreTrainedModel) -> float:
    if settings.learning_rate == "auto":
        return 2e-4 if model.num_parameters() < _SMALL else 3e-5
    return settings.learning_rate


def _arguments(scratch: Path, settings: Settings, rate: float, rows: int, seed: int) -> TrainingArguments:
    steps_per_epoch = -(-rows // settings.batch_size)
    return TrainingArguments(
        output_dir=str(scratch),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=64,
        learning_rate=rate,
        weight_decay=settings.weight_decay,
        warmup_steps=settings.warmup,  # transformers 5: a value below 1 is a fraction of all steps
        lr_scheduler_type="linear",
        use_cpu=device().type == "cpu",
        bf16=bf16_pays(device()),
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        save_only_model=True,
        load_best_model_at_end=True,
        metric_for_best_model="macro_f1",
        greater_is_better=True,
        logging_strategy="steps",
        logging_steps=max(1, steps_per_epoch // 25),
        logging_nan_inf_filter=False,  # a NaN must be seen
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=device().type == "cuda",
        seed=seed_for(seed, "finetune") % 2**32,
    )


def _dataset(tokenizer: Any, corpus: Corpus, labels: list[str], settings: Settings) -> Any:  # noqa: ANN401
    return tokenised(
        tokenizer, corpus.texts, settings.max_length, [labels.index(label) for label in corpus.labels]
    )


def _loss(settings: Settings, labels: list[str], train: Corpus) -> Any:  # noqa: ANN401
    if settings.class_weights == "none":
        return None
    return weighted_cross_entropy(balanced_weights(labels, train.label_counts))


def _judged(prediction: EvalPrediction, labels: list[str]) -> dict[str, Any]:
    logits, truth = prediction.predictions, prediction.label_ids
    predicted = logits.argmax(axis=1)
    counts = np.bincount(predicted, minlength=len(labels))
    unweighted = functional.cross_entropy(torch.from_numpy(logits).float(), torch.from_numpy(truth))
    return {
        "loss": unweighted.item(),
        "accuracy": float((predicted == truth).mean()),
        "macro_f1": macro_f1(truth, predicted, len(labels)),
        **{f"predicted/{label}": int(n) for label, n in zip(labels, counts, strict=True)},
    }


def _writer(events: Path) -> Any:  # noqa: ANN401
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(log_dir=str(events))
