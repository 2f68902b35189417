"""Logs of trainings that datakit did not run: transformers' trainer_state.json, CSV and JSON Lines.

Nothing is guessed: what a log does not tell stays None, and how an ambiguous column was read is a note. Pickles
(`training_args.bin`, checkpoints) are never loaded.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from math import ceil, isfinite
from pathlib import Path
from statistics import fmean
from typing import Any

from datakit.core.errors import InputError, Problem
from datakit.core.history import Epoch, Step
from datakit.core.names import suggest
from datakit.io.files import locate
from datakit.io.problems import MOST, shortened, unreadable

STATE = "trainer_state.json"

_FIX = (
    f"name a {STATE} of transformers, or a CSV or JSON Lines log with columns such as step, epoch, loss, "
    "eval_loss, learning_rate, grad_norm, eval_accuracy, eval_macro_f1"
)


_LOG_MORE = "train with logging_steps=10: transformers logs each 500th step by default"

# How Keras, transformers' notebooks and pandas write that there is no figure.
_NO_FIGURE = ("", "na", "n/a", "none", "null", "no log")


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingLog:
    """What a log tells of a training, up to where it diverged."""

    path: Path  #: the file that was read
    of_transformers: bool  #: whether its Trainer has written it
    steps: tuple[Step, ...]  #: of records without a step the number of the record
    epochs: tuple[Epoch, ...]  #: the last evaluation of each epoch that has one
    best_epoch: int  #: that the trainer names, else by macro-F1, accuracy or loss; 0 without evaluations
    diverged_at: int | None  #: step of the record from which on no loss, or no gradient, is a finite number
    settings: Mapping[str, Any]  #: what is told of `batch_size`, `epochs`, `optimizer`, …, by datakit's names
    labels: tuple[str, ...]  #: of the classifier in the config.json beside it; empty where there is none
    notes: tuple[str, ...]  #: what was passed over, or read in one of several ways


def read_training_log(path: Path) -> TrainingLog:
    """Read a log, or the newest trainer_state.json in an output or checkpoint folder.

    Raises:
        InputError: there is none, it is cut off, it is no log, or a figure in it is no number; all problems with
            their lines.
    """
    locate(path)
    path = _newest_in(path) if path.is_dir() else path
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise unreadable(str(path), f"no log ends with {suffix!r}", f"{suggest(suffix, _READERS)}; {_FIX}")
    raw = _READERS[suffix](path, _text_of(path))
    names = _Names.of(raw.rows)
    if not {"loss", "validation_loss"} & names.roles.keys():
        found = ", ".join(shortened(name) for name in _columns(raw.rows)) or "none"
        raise unreadable(str(path), f"no column holds a loss; columns found: {found}", _FIX)
    merged = _merged(_numbers(path, raw.rows, names))
    records = _last_training(merged)
    again = len(records) < len(merged)
    config = _config_beside(path)
    return _told(
        path,
        records,
        state=raw.state,
        settings={
            **({"optimizer": names.optimizer} if names.optimizer else {}),
            **_dropout_of(config),
            **_adapters_beside(path),
        },
        labels=_labels_of(config),
        notes=[
            *names.notes,
            *(["its steps begin anew: the last of several trainings is judged"] if again else []),
        ],
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Raw:
    """A log as it stands in its file."""

    rows: Sequence[tuple[int | None, Mapping[str, Any]]]  # line, if known, and the figures by column
    state: Mapping[str, Any] | None = None  # of transformers' trainer beside its log


def _newest_in(folder: Path) -> Path:
    """Return the trainer_state.json with the most steps, of the folder itself and of its checkpoints."""
    found = [*folder.glob(STATE), *sorted(folder.glob(f"checkpoint-*/{STATE}"))]
    if not found:
        got = f"the folder holds no {STATE}, nor has it checkpoint folders that do"
        raise unreadable(str(folder), got, _FIX)
    return max(found, key=lambda path: _state_of(path, _text_of(path)).get("global_step") or 0)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        got = f"byte {error.start} is not UTF-8: this is no text log"
        raise unreadable(str(path), got, _FIX) from error
    except OSError as error:
        raise unreadable(str(path), f"it cannot be read: {error.strerror}", "check the path") from error


def _json_of(where: str, text: str, line: int = 1) -> Any:  # noqa: ANN401
    """Return a JSON value, in which NaN and Infinity are taken: Python writes them."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        got = "it ends in the middle: it is cut off" if cut else f"no JSON: {error.msg}"
        fix = "take it from an earlier checkpoint, or delete what is cut off" if cut else _FIX
        raise unreadable(f"{where}:{line + error.lineno - 1}", got, fix) from error
    except RecursionError as error:
        raise unreadable(where, "no log: nested too deeply", _FIX) from error


def _state_of(path: Path, text: str) -> Mapping[str, Any]:
    state = _json_of(str(path), text)
    if isinstance(state, list):
        state = {"log_history": state}
    rows = state.get("log_history") if isinstance(state, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise unreadable(str(path), "no training log: it has no list `log_history` of records", _FIX)
    whole: Mapping[str, Any] = state
    return whole


def _trainer_state(path: Path, text: str) -> _Raw:
    state = _state_of(path, text)
    # The last record sums the training up.
    rows = [(None, row) for row in state["log_history"] if "train_runtime" not in row]
    if not rows:
        raise unreadable(str(path), "nothing was logged", _LOG_MORE)
    return _Raw(rows=rows, state=state)


def _json_lines(path: Path, text: str) -> _Raw:
    rows, problems = list[tuple[int | None, Mapping[str, Any]]](), list[Problem]()
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = _json_of(str(path), line, number)
        except InputError as error:
            problems += error.problems
            continue
        if isinstance(row, dict):
            rows.append((number, row))
        else:
            problems.append(Problem(where=f"{path}:{number}", got="the line is no JSON object", fix=_FIX))
    _require_none(problems)
    return _Raw(rows=[(line, row) for line, row in rows if "train_runtime" not in row])


def _delimited(path: Path, text: str) -> _Raw:
    header = text.split("\n", 1)[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    columns = [name.strip() for name in next(reader, [])]
    rows, problems = list[tuple[int | None, Mapping[str, Any]]](), list[Problem]()
    for values in reader:
        if len(values) == len(columns):
            rows.append((reader.line_num, dict(zip(columns, values, strict=True))))
        elif values:
            got = f"the line has {len(values)} fields, the header {len(columns)}"
            fix = "delete the line if it is cut off; else mend it"
            problems.append(Problem(where=f"{path}:{reader.line_num}", got=got, fix=fix))
    _require_none(problems)
    if not rows:
        raise unreadable(str(path), "there is no line after the header", _FIX)
    return _Raw(rows=rows)


_READERS: Mapping[str, Callable[[Path, str], _Raw]] = {
    ".json": _trainer_state,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".csv": _delimited,
    ".tsv": _delimited,
}


def _require_none(problems: Sequence[Problem]) -> None:
    if problems:
        raise InputError(*problems[:MOST])


def _columns(rows: Iterable[tuple[int | None, Mapping[str, Any]]]) -> list[str]:
    return list(dict.fromkeys(name for _, row in rows for name in row))


_TRAIN = ("train", "training")
_VALIDATION = ("eval", "val", "valid", "validation", "dev")
# Of equally good names the first is taken.
_FIGURES: Mapping[str, tuple[str, ...]] = {
    "loss": ("loss", "cross_entropy"),
    "accuracy": ("accuracy", "acc", "sparse_categorical_accuracy", "categorical_accuracy", "binary_accuracy"),
    "macro_f1": ("macro_f1", "f1_macro", "f1", "f1_score"),
}
_OF_VALIDATION = frozenset(f"validation_{figure}" for figure in _FIGURES)
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "step": ("step", "global_step", "iteration"),
    "epoch": ("epoch",),
    "learning_rate": ("learning_rate", "lr"),
    "grad_norm": ("grad_norm", "gradient_norm"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Names:
    """Which column has which role."""

    roles: Mapping[str, str]  # column by role
    notes: tuple[str, ...]
    optimizer: str | None  # that the column of the rate is named after

    @classmethod
    def of(cls, rows: Sequence[tuple[int | None, Mapping[str, Any]]]) -> "_Names":
        """Tell the columns that have any value.

        Spelling does not matter: `Training Loss`, `train/loss`, `train_loss_step`. A figure that names no split is
        of training where the loss does so too (Keras: `loss`, `accuracy`, `val_accuracy`), and of validation
        beside a `Training Loss` (the table that transformers shows in a notebook).
        """
        columns = [name for name in _columns(rows) if any(not _is_missing(row.get(name)) for _, row in rows)]
        parsed = {name: found for name in columns if (found := _parsed(name)) is not None}
        loss_is_plain = any(part == "" and figure == "loss" for part, figure, _ in parsed.values())
        ranked: dict[str, list[tuple[int, str]]] = {}
        for name, (part, figure, rank) in parsed.items():
            of_training = part in _TRAIN or figure in _OTHERS or (part == "" and loss_is_plain)
            role = figure if of_training else f"validation_{figure}"
            ranked.setdefault(role, []).append((rank, name))
        roles = {role: min(found)[1] for role, found in ranked.items()}
        f1 = roles.get("validation_macro_f1", "")
        rate = re.fullmatch(r"lr-(\w+?)(/pg\d+)?", roles.get("learning_rate", ""))
        return cls(
            roles=roles,
            notes=(f"{f1} is taken for macro-F1",) if f1 and "macro" not in f1.lower() else (),
            optimizer=rate[1].lower() if rate else None,
        )


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _parsed(name: str) -> tuple[str, str, int] | None:
    """Return the split that a column names, its figure, and its rank among such names; None for others."""
    squeezed = _squeezed(name)
    first, _, rest = squeezed.partition("_")
    part, figure = (first, rest) if first in (*_TRAIN, *_VALIDATION) and rest else ("", squeezed)
    if figure.startswith("lr_"):  # Lightning's LearningRateMonitor: lr-AdamW, lr-AdamW/pg1
        return part, "learning_rate", 2
    known = _OTHERS if part in ("", *_TRAIN) else {}
    for role, names in {**_FIGURES, **known}.items():
        for rank, known_name in enumerate(names):
            if figure == known_name:
                return part, role, 2 * rank
            # Lightning logs a figure by step and by epoch: training is told by step, validation by epoch.
            if role in _FIGURES and figure in (f"{known_name}_step", f"{known_name}_epoch"):
                wanted = "_epoch" if part in _VALIDATION else "_step"
                return part, role, 2 * rank + (not figure.endswith(wanted))
    return None


def _numbers(
    path: Path, rows: Sequence[tuple[int | None, Mapping[str, Any]]], names: _Names
) -> list[dict[str, float]]:
    """Return the figures of each row by role; NaN and infinity are figures.

    Raises:
        InputError: something else than a number.
    """
    records, problems = [], []
    for line, row in rows:
        record: dict[str, float] = {}
        for role, name in names.roles.items():
            value: Any = row.get(name)
            if _is_missing(value):
                continue
            try:
                record[role] = float(value)
            except (TypeError, ValueError):
                where = str(path) if line is None else f"{path}:{line}"
                got = f"{name} is no number: {shortened(repr(value))}"
                problems.append(Problem(where=where, got=got, fix="mend the value, or leave it empty"))
        if record:
            records.append(record)
    _require_none(problems)
    return records


def _is_missing(value: Any) -> bool:  # noqa: ANN401
    return value is None or (isinstance(value, str) and value.strip().lower() in _NO_FIGURE)


def _merged(records: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """Return one record a step, or an epoch where there are no steps: Lightning writes a row for each figure."""
    key = "step" if any("step" in record for record in records) else "epoch"
    merged: list[dict[str, float]] = []
    for record in records:
        last = merged[-1] if merged else {}
        same = key in record and last.get(key) == record[key]
        if same and not (last.keys() & record.keys()) - {"step", "epoch"}:
            last.update(record)
        else:
            merged.append(dict(record))
    return merged


def _last_training(records: Sequence[dict[str, float]]) -> Sequence[dict[str, float]]:
    """Return the records since the steps, or epochs, last went back: a file may be appended to."""
    key = "step" if any("step" in record for record in records) else "epoch"
    known = [(i, record[key]) for i, record in enumerate(records) if key in record]
    begins = [i for (_, before), (i, now) in pairwise(known) if now < before]
    return records[begins[-1] if begins else 0 :]


def _told(
    path: Path,
    records: Sequence[dict[str, float]],
    *,
    state: Mapping[str, Any] | None,
    settings: Mapping[str, Any],
    labels: tuple[str, ...],
    notes: list[str],
) -> TrainingLog:
    if not any("step" in record for record in records):
        notes.append("records are counted, for want of steps")
    diverged = _diverged(records)
    sound = records[:diverged]
    numbers = _epoch_numbers(records, from_zero=state is None)
    steps = tuple(_steps(sound))
    epochs = tuple(_epochs(sound, numbers, steps))
    if not steps and diverged:
        notes.append(f"no record of the training loss: {_LOG_MORE}" if state else "no record of the training loss")
    if unseen := sorted(set(range(1, max(numbers[: len(sound)], default=0) + 1)) - {e.epoch for e in epochs}):
        shown = ", ".join(map(str, unseen[:5])) + (", …" if len(unseen) > 5 else "")  # noqa: PLR2004
        notes.append(f"no evaluation of epoch {shown}" if epochs else "no evaluation at all")
    named = (state or {}).get("best_global_step")
    best = next((epoch for epoch in epochs if epoch.step == named), None) or max(epochs, key=_worth, default=None)
    return TrainingLog(
        path=path,
        of_transformers=state is not None,
        steps=steps,
        epochs=epochs,
        best_epoch=best.epoch if best else 0,
        diverged_at=None if diverged == len(records) else _step(records, diverged),
        settings={
            **settings,
            **_settings_of(state or {}),
            "keeps_best": bool((state or {}).get("best_model_checkpoint")),
        },
        labels=labels,
        notes=tuple(notes),
    )


def _diverged(records: Sequence[dict[str, float]]) -> int:
    """Return the place of the first record that nothing sound follows; the number of records if the last is sound.

    Weights that are no numbers never mend. A gradient that is none, with a loss that is one, may be a step that
    fp16's loss scaling has skipped, or transformers' `logging_nan_inf_filter`, which takes the mean of the sound
    steps, and 0 where there is none: what comes after it tells.
    """
    first, sure = len(records), False
    for place in range(len(records) - 1, -1, -1):
        record = records[place]
        losses = [record[role] for role in ("loss", "validation_loss") if role in record]
        broken_gradient = not isfinite(record.get("grad_norm", 0.0))
        hidden = record.get("loss") == 0.0
        if not all(map(isfinite, losses)) or (broken_gradient and hidden):
            sure = True
        elif losses and not broken_gradient and not (hidden and "grad_norm" not in record):
            break
        first = place
    return first if sure else len(records)


def _epoch_numbers(records: Sequence[dict[str, float]], *, from_zero: bool) -> list[int]:
    """Return the epoch, from 1, that each record lies in; 0 before training.

    transformers counts what has been done of the epochs, Keras and Lightning count them from 0.
    """
    known = [record["epoch"] for record in records if "epoch" in record]
    shift = int(from_zero and min(known, default=1.0) == 0 and all(epoch == int(epoch) for epoch in known))
    numbers, evaluations = list[int](), 0
    for record in records:
        evaluations += bool(record.keys() & _OF_VALIDATION)
        numbers.append(ceil(record["epoch"] - 1e-6) + shift if "epoch" in record else evaluations)
    return numbers


def _step(records: Sequence[dict[str, float]], place: int) -> int:
    return int(records[place].get("step", place + 1))


def _steps(records: Sequence[dict[str, float]]) -> Iterator[Step]:
    """Yield what is told of training; a rate holds until another is told."""
    rate = None
    for place, record in enumerate(records):
        rate = record.get("learning_rate", rate)
        if "loss" in record:
            yield Step(
                step=_step(records, place),
                loss=record["loss"],
                learning_rate=rate,
                grad_norm=record.get("grad_norm"),
                accuracy=record.get("accuracy"),
            )


def _epochs(records: Sequence[dict[str, float]], numbers: Sequence[int], steps: Sequence[Step]) -> Iterator[Epoch]:
    """Yield the last evaluation of each epoch."""
    places = {numbers[place]: place for place, record in enumerate(records) if record.keys() & _OF_VALIDATION}
    before = 0
    for number, place in sorted(places.items()):
        step = _step(records, place)
        if number == 0:  # transformers' eval_on_start
            continue
        known = [one.accuracy for one in steps if before < one.step <= step and one.accuracy is not None]
        later = known[len(known) // 2 :]
        yield Epoch(
            epoch=number,
            step=step,
            validation_loss=records[place].get("validation_loss"),
            macro_f1=records[place].get("validation_macro_f1"),
            accuracy=records[place].get("validation_accuracy"),
            predicted={},
            train_accuracy=fmean(later) if later else None,
        )
        before = step


def _worth(epoch: Epoch) -> tuple[float, float]:
    loss = epoch.validation_loss
    return epoch.score or 0.0, -loss if loss is not None and isfinite(loss) else float("-inf")


def _settings_of(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return what transformers' trainer writes beside its log, by our names."""
    named = {
        "epochs": "num_train_epochs",
        "rows_at_once": "train_batch_size",  # a step takes this times accumulation, which is not told
        "max_steps": "max_steps",
        "steps_done": "global_step",
    }
    return {name: state[theirs] for name, theirs in named.items() if isinstance(state.get(theirs), int)}


def _config_beside(path: Path) -> Mapping[str, Any]:
    """Return the model's config.json in the log's folder or a checkpoint's; empty if there is none."""
    for config in (path.parent / "config.json", *sorted(path.parent.glob("checkpoint-*/config.json"))):
        if config.is_file():
            found = _json_of(str(config), _text_of(config))
            return found if isinstance(found, dict) else {}
    return {}


def _adapters_beside(path: Path) -> dict[str, Any]:
    """Return the rank of LoRA's adapters, where PEFT has saved some."""
    config = path.parent / "adapter_config.json"
    found = _json_of(str(config), _text_of(config)) if config.is_file() else {}
    return {"lora_rank": found["r"]} if isinstance(found, dict) and found.get("r") else {}


def _labels_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the labels of a classifier that gives one label a row; transformers leaves out two without names."""
    heads = config.get("architectures") or [""]
    one_label = config.get("problem_type") in (None, "single_label_classification")
    if not one_label or not str(heads[0]).endswith("ForSequenceClassification"):
        return ()
    return tuple(map(str, config.get("id2label", {"0": "LABEL_0", "1": "LABEL_1"}).values()))


def _dropout_of(config: Mapping[str, Any]) -> dict[str, float]:
    """Return the rates of dropout by our names, whatever the architecture calls them."""
    named = {
        "dropout": ("hidden_dropout_prob", "dropout"),
        "attention_dropout": ("attention_probs_dropout_prob", "attention_dropout"),
        "head_dropout": ("classifier_dropout", "seq_classif_dropout"),
    }
    found = {ours: next((config[name] for name in names if name in config), None) for ours, names in named.items()}
    return {name: rate for name, rate in found.items() if isinstance(rate, float)}
