"""All that is known of a model from its probabilities on validation and test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Finding
from datakit.evaluation import findings
from datakit.evaluation.baselines import baselines
from datakit.evaluation.calibration import Bin, Calibration, calibration, reliability, temperature, tempered
from datakit.evaluation.metrics import Metrics, measure
from datakit.evaluation.probe import Embedded
from datakit.evaluation.slices import Slice, by_length, slices, thirds
from datakit.evaluation.thresholds import Thresholds, tune
from datakit.evaluation.truth import Bools, Floats, Ints, Truth, right_labels


@dataclass(frozen=True, kw_only=True, slots=True)
class Warmth:
    """The temperature, and what it does to the calibration on the test split."""

    temperature: float  # that logits are to be divided by; fitted on validation
    applied: bool  # whether the probabilities that were measured are divided by it already
    rows: int  # of validation, that it was fitted on
    before: Calibration
    after: Calibration
    reliability_before: tuple[Bin, ...]
    reliability_after: tuple[Bin, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """A model's figures on the test split, and what validation says about its decisions."""

    model: Metrics
    baselines: Mapping[str, Metrics]
    slices: tuple[Slice, ...]
    calibration: Warmth
    thresholds: Thresholds
    findings: tuple[Finding, ...]
    probabilities: Floats  # (test rows, labels), as they were measured
    answers: Bools  # the same shape: which labels each row is given


def evaluate(
    labels: Sequence[str],
    splits: Splits,
    probabilities: Mapping[str, Floats],
    *,
    augmented: Corpus | None = None,
    calibrated: bool = False,
    tuned: bool = False,
    probe: bool = True,
    seed: int = 13,
) -> Evaluation:
    """Measure a model on the test split, beside the baselines; tune nothing but on the validation split.

    Temperature and thresholds are always fitted, and what they are worth is told; whether they are applied to the
    figures is the caller's choice.

    Args:
        labels: k labels, in the order of the columns of the probabilities.
        splits: train before augmentation, validation, test.
        probabilities: of the splits `validation` and `test`, (rows, k); those of the model itself.
        augmented: train as the model learnt it, with the rows that were made.
        calibrated: whether the temperature is applied.
        tuned: whether the thresholds are applied.
        probe: whether a frozen encoder with a logistic regression is among the baselines.
        seed: of the run.

    Raises:
        ValueError: no rows, or shapes that do not fit.
    """
    test = splits.test
    of_test, of_validation = (Truth.of_corpus(labels, split) for split in (test, splits.validation))
    known, own = of_validation.learnable(probabilities["validation"])
    fitted = temperature(known, own)
    warmed = {name: tempered(p, fitted, several=of_test.several) for name, p in probabilities.items()}
    used = warmed if calibrated else probabilities
    thresholds = tune(*of_validation.learnable(used["validation"]), seed=seed)
    answers = (
        thresholds.decide(used["test"])
        if tuned
        else of_test.answers(of_test.padded(used["test"]))[:, : len(labels)]
    )
    model = measure(labels, right_labels(test), used["test"], answers=answers, seed=seed)
    embedded = Embedded.of(splits.train, test, seed=seed) if probe else None
    parts = slices(of_test, of_test.padded(answers), _groups(test, augmented, embedded), seed=seed)
    own_and_warmed = [of_test.padded(p["test"]) for p in (probabilities, warmed)]
    before, after = (calibration(of_test, p, seed=seed) for p in own_and_warmed)
    bins_before, bins_after = (reliability(of_test, p) for p in own_and_warmed)
    return Evaluation(
        model=model,
        baselines=baselines(splits.train, test, embedded=embedded, seed=seed),
        slices=parts,
        calibration=Warmth(
            temperature=fitted,
            applied=calibrated,
            rows=len(own),
            before=before,
            after=after,
            reliability_before=bins_before,
            reliability_after=bins_after,
        ),
        thresholds=thresholds,
        findings=(
            *findings.of_support(model),
            *findings.of_slices(parts),
            *findings.of_calibration(before, after, fitted, applied=calibrated),
            *findings.of_thresholds(thresholds, applied=tuned),
            *(findings.of_sample(len(embedded.train), len(splits.train)) if embedded else ()),
        ),
        probabilities=used["test"],
        answers=answers,
    )


def _groups(test: Corpus, augmented: Corpus | None, embedded: Embedded | None) -> dict[str, dict[str, Ints]]:
    """Return the rows of the test split by length, and by what the nearest train row is like."""
    groups = {"length": by_length(test.texts)}
    if embedded is None:
        return groups
    nearest, cosines = embedded.nearest()
    groups["nearest train row"] = thirds(cosines, "cosine {:.2f} to {:.2f}")
    parents = {parent for parent in augmented.parents if parent is not None} if augmented else set()
    if parents:
        copied = np.array([id_ in parents for id_ in embedded.train.ids])[nearest]
        groups["nearest train row is"] = {
            "augmented": np.flatnonzero(copied),
            "not augmented": np.flatnonzero(~copied),
        }
    return groups
