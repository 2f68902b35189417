"""A repair in words: for the terminal and for the report."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from datakit.core.wording import counted
from datakit.reports.page import points, score

_LEAST = 0.001  # p value that is told as it is


def as_shown(repair: Mapping[str, Any]) -> dict[str, Any]:
    """Return headline, attempts and what to do now; texts only.

    Args:
        repair: what `repair.json` holds.

    Returns:
        `headline`; `attempts`, each with `code`, `verdict` and `facts` (pairs of name and value); `facts` on all.
    """
    trainings = {one["run"]: one for one in repair["trainings"]}
    return {
        "headline": _headline(repair, trainings),
        "attempts": [
            {"code": one["code"], "verdict": one["verdict"], "facts": list(_attempt(one, trainings))}
            for one in repair["attempts"]
        ],
        "facts": list(_facts(repair, trainings)),
    }


def _headline(repair: Mapping[str, Any], trainings: Mapping[str, Any]) -> str:
    first, kept = repair["trainings"][0], trainings[repair["kept"]]
    if not repair["attempts"]:
        wrong = _wrong(kept)
        return f"no option mends this: {wrong}" if wrong else "nothing to repair"
    tried = counted(len(repair["attempts"]), "remedy was tried", "remedies were tried")
    if kept["validation"] is None:
        return f"{tried}; no training came to a model"
    if kept is first:
        return f"{tried}, none is better on validation: the first training is kept"
    was = "no model" if first["validation"] is None else score(first["validation"])
    return f"{tried}; macro-F1 on validation from {was} to {score(kept['validation'])}"


def _attempt(attempt: Mapping[str, Any], trainings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "symptom", attempt["symptom"]
    yield "cause", f"{attempt['cause']} (confidence {attempt['confidence']:g})"
    yield "remedy", ", ".join(_setting(name, value) for name, value in _flat(attempt["remedy"]))
    yield "before", _figures(trainings[attempt["before"]])
    if attempt["after"]:
        after = trainings[attempt["after"]]
        yield "after", _figures(after)
        yield "diagnosed then", ", ".join(after["diagnoses"]) or "nothing"
    if attempt["change"]:
        yield "difference", _difference(attempt["change"])
    yield "verdict", f"{attempt['verdict']}: {attempt['why']}"


def _facts(repair: Mapping[str, Any], trainings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not repair["attempts"]:
        return
    kept = trainings[repair["kept"]]
    if repair["in_all"]:
        yield "in all", _difference(repair["in_all"])
    yield "kept", f"run {kept['run']}"
    if repair["options"]:
        settings = [(name, before, after) for name, (before, after) in repair["options"].items()]
        yield (
            "changed",
            ", ".join(f"{name} from {_written(before)} to {_written(after)}" for name, before, after in settings),
        )
        yield "keep it", "do nothing: the later verbs go on from it"
        yield "undo", f"datakit finetune {' '.join(f'--set {_setting(name, was)}' for name, was, _ in settings)}"
    if wrong := _wrong(kept):
        yield "still wrong", wrong
    changes = [one["change"] for one in repair["attempts"] if one["change"]]
    if changes:
        yield "mind", changes[-1]["said"][-1]


def _wrong(training: Mapping[str, Any]) -> str:
    """Return why a training has no model, or its error findings; nothing where it is sound."""
    return training["ended"] if training["validation"] is None else ", ".join(training["errors"])


def _setting(name: str, value: object) -> str:
    """Return an option as `--set` takes it."""
    told = f"{name}={_written(value)}"
    return f"'{told}'" if set(told) & set(" {[\"'") else told


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _flat(patch: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    for section, options in patch.items():
        for name, value in options.items():
            yield f"{section}.{name}", value


def _figures(training: Mapping[str, Any]) -> str:
    found = training["test"]
    if found is None:
        return f"no model: {training['ended']} (run {training['run']})"
    told = ", ".join(
        f"{name} {score(found[key])} ({' to '.join(map(score, found[f'{key}_interval']))})"
        for key, name in (("macro_f1", "macro-F1"), ("accuracy", "accuracy"))
    )
    return f"{told}; validation {score(training['validation'])} (run {training['run']})"


def _difference(change: Mapping[str, Any]) -> str:
    one = change["macro_f1"]
    p = f"p {change['mcnemar']:.3f}" if change["mcnemar"] >= _LEAST else f"p < {_LEAST}"
    interval = f"{points(one['low'])} to {points(one['high'])}"
    return f"{points(one['difference'])} points of macro-F1 ({interval}); McNemar {p}"
