"""Try one component on a few rows, in one line; for the tests of your own components, and for trying ours.

>>> [leak] = find("split-leakage", train=[("See you", "ham")], test=[("see  YOU", "ham")])
>>> leak.message
'1 row of test also stands in train'
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from textwrap import dedent
from typing import Any, TypeAlias

from datakit.augmentation import operators
from datakit.core.corpus import SCHEMA, Corpus, Splits
from datakit.core.errors import Problem, UsageError
from datakit.core.files import from_json, to_json
from datakit.core.findings import Finding
from datakit.core.history import Epoch, History, Start, Step
from datakit.core.names import suggest
from datakit.core.seeding import rng_for
from datakit.diagnosis import Diagnosis, rules
from datakit.diagnosis.idioms._script import Script
from datakit.diagnosis.lint import idioms
from datakit.validation import Validation, checks

#: A text and its label, or a mapping with any of the columns of a corpus (`id`, `text`, `label`, `parent`, …).
Row: TypeAlias = tuple[str | None, str | None] | Mapping[str, Any]

_EPOCHS: tuple[Mapping[str, Any], ...] = (
    {"validation_loss": 0.41, "macro_f1": 0.80, "accuracy": 0.86, "predicted": {"ham": 78, "spam": 22}},
    {"validation_loss": 0.30, "macro_f1": 0.86, "accuracy": 0.90, "predicted": {"ham": 74, "spam": 26}},
    {"validation_loss": 0.27, "macro_f1": 0.88, "accuracy": 0.91, "predicted": {"ham": 75, "spam": 25}},
)
_SIGNALS: Mapping[str, Any] = {
    "accuracy": 0.95,
    "dominance": 0.75,
    "label_entropy": 0.5,
    "body_update": 1e-3,
    "head_update": 5e-3,
    "drift": 0.02,
}
_STEPS_PER_EPOCH = 50


def corpus(rows: Sequence[Row]) -> Corpus:
    """Build a corpus from a few rows, numbered from 1 as the lines of a file are.

        >>> corpus([("see you", "ham"), {"id": "b", "text": "win a prize", "label": "spam"}]).lines
        [1, 2]

    Raises:
        UsageError: a mapping names a column that a corpus does not have.
    """
    mappings = [row if isinstance(row, Mapping) else {"text": row[0], "label": row[1]} for row in rows]
    problems = [
        Problem(where=f"row {line}", got=f"no column {column!r}", fix=suggest(column, SCHEMA.names))
        for line, row in enumerate(mappings, start=1)
        for column in row
        if column not in SCHEMA.names
    ]
    if problems:
        raise UsageError(*problems)
    plain = Corpus.from_columns([row.get("text") for row in mappings], [row.get("label") for row in mappings])
    return Corpus.from_rows(
        [
            {"id": id_, "line": line, **row}
            for line, (id_, row) in enumerate(zip(plain.ids, mappings, strict=True), start=1)
        ]
    )


def find(
    check: str,
    *,
    train: Sequence[Row] = (),
    validation: Sequence[Row] | None = None,
    test: Sequence[Row] | None = None,
    options: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Return what a check finds in a few rows.

        >>> [finding] = find("empty-text", train=[("hello", "ham"), ("  ", "ham")])
        >>> finding.lines
        (2,)

    Args:
        check: its name.
        train: rows of the train split, those of each split in lines 1, 2, 3, …
        validation: the same; None for no such split.
        test: the same.
        options: the check's options.

    Raises:
        UsageError: unknown check, option or column.
    """
    given = {"train": train, "validation": validation, "test": test}
    splits = Splits({name: corpus(rows) for name, rows in given.items() if rows is not None})
    one = Validation(checks=[checks.build(check, options)], deep=True)
    return list(one.findings(one.look_at(splits)))


def augment(
    operator: str, text: str, *, n: int = 1, seed: int = 13, options: Mapping[str, Any] | None = None
) -> list[str]:
    """Return the first `n` new texts, or fewer, that an operator makes of one text.

        >>> len(augment("insert-punctuation", "Can you send it today", n=3))
        3

    Args:
        operator: its name.
        text: what the new texts are made of.
        n: how many are wanted.
        seed: the same one gives the same texts.
        options: the operator's options.

    Raises:
        UsageError: unknown operator or option.
    """
    edits = operators.build(operator, options).augment(text, rng_for(seed, text, operator), n)
    return [edit.text for edit in edits]


def judge(
    rule: str,
    *,
    history: History | None = None,
    metrics: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Diagnosis | None:
    """Return what a rule says of a training run; what is not given is taken from a healthy one.

        >>> run = history(epochs=[{"predicted": {"ham": 100, "spam": 0}}])
        >>> judge("majority-collapse", history=run).symptom
        'every text gets the same label'

    Args:
        rule: its name.
        history: what the run recorded; see `history`.
        metrics: of the test split; see `metrics`.
        options: the rule's options.

    Raises:
        UsageError: unknown rule or option.
    """
    return rules.build(rule, options).judge(
        _healthy_history() if history is None else history, _healthy_metrics() if metrics is None else metrics
    )


def recognise(idiom: str, code: str, *, options: Mapping[str, Any] | None = None) -> list[int]:
    """Return the lines of a training script in which an idiom stands.

        >>> recognise("removed-import", "from transformers import AdamW")
        [1]

    Args:
        idiom: its name.
        code: the script.
        options: the idiom's options.

    Raises:
        UsageError: unknown idiom or option.
    """
    spots = idioms.build(idiom, options).find(Script(ast.parse(dedent(code))))
    return sorted(spot.node.lineno for spot in spots)


def history(
    *,
    epochs: Sequence[Mapping[str, Any]] = _EPOCHS,
    every_step: Mapping[str, Any] | None = None,
    **changes: Any,  # noqa: ANN401
) -> History:
    """Build the record of a healthy run (three epochs; 300 `ham` and 100 `spam` to learn from), with changes.

        >>> history(epochs=[{"macro_f1": 0.6}, {"macro_f1": 0.5}]).best_epoch
        1

    Args:
        epochs: one mapping an epoch with the fields of `Epoch` that differ from those of the healthy run; the
            one with the best macro-F1 counts as kept.
        every_step: fields of `Step` that differ from those of the healthy run in each of its records.
        changes: other fields of `History`; those of `settings` that are not given stay.
    """
    made = tuple(
        Epoch(**{"epoch": i + 1, "step": (i + 1) * _STEPS_PER_EPOCH, **_epoch(i), **given})
        for i, given in enumerate(epochs)
    )
    settings = {
        "epochs": len(made),
        "batch_size": 8,
        "learning_rate": 2e-5,
        "weight_decay": 0.01,
        "warmup": 0.1,
        "max_length": 256,
        "class_weights": "balanced",
        "patience": 2,
        "bf16": False,
    }
    total = len(made) * _STEPS_PER_EPOCH
    plain = History(
        labels=("ham", "spam"),
        train_counts={"ham": 300, "spam": 100},
        validation_counts={"ham": 75, "spam": 25},
        settings=settings,
        steps=tuple(
            Step(
                **{
                    "step": step,
                    "loss": 0.69 * 0.98**step,
                    "learning_rate": 2e-5 * (1 - step / total),
                    "grad_norm": 1.0,
                    "relative_loss": 0.98**step,
                    **_SIGNALS,
                    **(every_step or {}),
                }
            )
            for step in range(10, total + 1, 10)
        ),
        epochs=made,
        best_epoch=max(made, key=lambda epoch: (epoch.macro_f1, -epoch.epoch)).epoch if made else 0,
        stopped_early=False,
        start=Start(loss=0.7, relative_loss=1.01, cosine=0.6, learning=1.0),
    )
    return replace(plain, **{**changes, "settings": {**settings, **changes.get("settings", {})}})


def _epoch(i: int) -> dict[str, Any]:
    """Return the figures of an epoch of the healthy run; further ones are like the last."""
    shown = _EPOCHS[min(i, len(_EPOCHS) - 1)]
    return {
        **shown,
        "relative_loss": shown["validation_loss"] / 0.56,
        "entropy": 0.3,
        "information": 0.4,
        "recall": {"ham": 0.95, "spam": 0.8},
        "train_accuracy": 0.95,
    }


def metrics(*, baselines: Mapping[str, float] | None = None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Build the figures of a healthy model and of the baselines on a test split of 100 rows, with changes.

        >>> metrics(macro_f1=0.55, baselines={"tfidf-logistic-regression": 0.77})["model"]["macro_f1_interval"]
        [0.45, 0.65]

    Args:
        baselines: macro-F1 by name of a baseline; it ranks as well, but not worse than by guessing.
        changes: fields of the model's `Metrics`; a `macro_f1` without its interval gets one of 0.1 either way.

    Returns:
        `{"model": Metrics, "baselines": {name: Metrics}}` as JSON.
    """
    shown = {"majority": 0.43, "tfidf-logistic-regression": 0.82, **(baselines or {})}
    return {
        "model": _figures(wrong_each=12, changes=changes),
        "baselines": {
            name: _figures(wrong_each=6, changes={"macro_f1": macro_f1, **_area(macro_f1)})
            for name, macro_f1 in shown.items()
        },
    }


def _area(macro_f1: float) -> dict[str, Any]:
    middle = max(0.5, macro_f1)
    return {"roc_auc": middle, "roc_auc_interval": (round(middle - 0.06, 6), round(min(1.0, middle + 0.06), 6))}


def _figures(*, wrong_each: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a model on 75 `ham` and 25 `spam`, the first of every `wrong_each` answers wrong."""
    import numpy as np

    from datakit.evaluation import measure

    sure = np.repeat([0.9, 0.1], [75, 25])  # probability of `ham`
    sure[::wrong_each] = 1 - sure[::wrong_each]
    plain = measure(["ham", "spam"], ["ham"] * 75 + ["spam"] * 25, np.stack([sure, 1 - sure], axis=1))
    if "macro_f1" in changes:
        middle = changes["macro_f1"]
        interval = (round(max(0.0, middle - 0.1), 6), round(min(1.0, middle + 0.1), 6))
        changes = {"macro_f1_interval": interval, **changes}
    figures: dict[str, Any] = from_json(to_json(replace(plain, **changes)), dict)
    return figures


# `judge` has parameters of these names.
_healthy_history, _healthy_metrics = history, metrics
