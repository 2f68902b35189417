"""Stories of runs, as the reports are given them, and what a page holds."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import numpy as np

from datakit.core.corpus import Corpus, Splits
from datakit.core.files import from_json, to_json
from datakit.core.findings import Finding, Report, Severity
from datakit.core.history import Epoch, History, Step
from datakit.core.story import Sample, StageRecord, Story, Tokens, WorstError
from datakit.evaluation import evaluate
from datakit.evaluation.metrics import measure
from datakit.reports.html import render

#: What must never be anything but text.
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</text></svg><iframe src=javascript:alert(1)>",
    "<!--",
    "]]><script>alert(1)</script>",
    "</style></title><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "\x00\x1b[31m\x85&lt;script&gt;&#60;b&#62;",
    "\u202eevil\ufffe",
    "datum.x'] + alert(1) //",
    "[brackets].and\\.dots",
)


def metrics(labels: Sequence[str], skill: float, *, rows: int = 400):
    """Return figures, as JSON would give them back, of guesses that are right more often the more `skill`."""
    rng = np.random.default_rng(7)
    weights = 1 / np.arange(1, len(labels) + 1)
    truth = rng.choice(len(labels), size=rows, p=weights / weights.sum())
    scores = rng.random((rows, len(labels)))
    scores[np.arange(rows), truth] += skill
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    return json.loads(json.dumps(asdict(measure(labels, [labels[i] for i in truth], probabilities))))


def validated(labels: Sequence[str] = ("ham", "spam"), source: str = "messages.jsonl") -> Story:
    """Return the story of a run that stopped at the gate of `validate`."""
    counts = {label: 4800 // (i + 1) for i, label in enumerate(labels)}
    findings = (
        Finding(
            code="class-imbalance",
            severity=Severity.WARNING,
            message=f"{labels[0]!r} outnumbers {labels[-1]!r} 6.5 to 1 (4,800 : 743 rows)",
            fix="datakit augment --target balanced; judge by macro-F1, not by accuracy",
            evidence={"ratio": 6.46, "largest": labels[0]},
            split="train",
        ),
        Finding(
            code="conflicting-labels",
            severity=Severity.ERROR,
            message="2 texts carry more than one label (4 rows)",
            fix="decide which label is right, or drop the text",
            evidence={
                "share": 0.0007,
                "example": {"text": f"call now! {labels[-1]}", "labels": list(labels[:2])},
                "by_label": dict(counts),
            },
            rows=("1", "2"),
            lines=tuple(range(3, 60, 4)),
            split="train",
        ),
    )
    profile = {
        "rows": sum(counts.values()),
        "quarantined": 12,
        "classes": len(counts),
        "label_counts": counts,
        "majority_share": 0.866,
        "imbalance_ratio": 6.46,
        "duplicate_share": 0.072,
        "conflicting_share": 0.0007,
        "words": {"min": 1, "p25": 7, "median": 12, "p75": 23, "p95": 34, "max": 171},
    }
    return Story(
        run="20250314-0212-7f3a",
        created="2025-03-14T02:12:55+00:00",
        source=source,
        seed=13,
        model="all-MiniLM-L6-v2",
        outcome="validate",
        accepted=(),
        stages=(StageRecord(name="validate", status="failed", seconds=2.31),),
        reports={
            "validate": Report(
                stage="validate",
                findings=findings,
                figures={"profile": profile, "notes": ["read as JSON Lines, UTF-8"]},
            )
        },
    )


def finished(labels: Sequence[str] = ("ham", "spam"), source: str = "messages.jsonl") -> Story:
    """Return the story of a run that went through every stage."""
    story = validated(labels, source)
    before = {label: 3840 // (i + 1) for i, label in enumerate(labels)}
    after = dict.fromkeys(labels, 3840)
    added = {label: after[label] - before[label] for label in labels}
    parent = f"Free entry in 2 a weekly comp to win {labels[-1]} final tickets"
    return replace(
        story,
        outcome="done",
        recipe={"source": {"path": source}, "augment": {"target": "balanced"}},
        quarantine={"empty-text": 9, "unreadable-line": 3},
        tokens=Tokens(lengths={4 + i % 40: 100 + i for i in range(60)}, limit=32, long_texts="head"),
        accepted=("conflicting-labels",),
        stages=(
            StageRecord(name="validate", status="hit", seconds=0),
            *(
                StageRecord(name=name, status="ran", seconds=1234.56)
                for name in ("split", "augment", "finetune", "evaluate", "diagnose")
            ),
        ),
        reports={
            **story.reports,
            "split": Report(
                stage="split",
                figures={
                    "rows": {"train": sum(before.values()), "validation": 557, "test": 558},
                    "labels": {"train": before},
                    "shared": {"train/test": {"texts": 0, "ids": 0, "parents": 0}},
                    "clean": True,
                },
            ),
            "augment": Report(
                stage="augment",
                figures={
                    "before": before,
                    "after": after,
                    "added": added,
                    "new_rows": sum(added.values()),
                    "target": "balanced",
                    "rejected": {"identical": 31, "duplicate": 12},
                },
            ),
            "diagnose": Report(
                stage="diagnose",
                findings=(
                    Finding(
                        code="overfitting",
                        severity=Severity.INFO,
                        message="validation loss rises from epoch 3 on while training loss falls",
                        fix="train for fewer epochs",
                    ),
                ),
            ),
        },
        history=history(labels, before),
        metrics={
            "model": metrics(labels, 0.7),
            "baselines": {"majority": metrics(labels, 0), "tfidf-logistic-regression": metrics(labels, 0.4)},
        },
        samples=(
            Sample(
                label=labels[-1],
                op="synonym",
                parent=parent,
                text=parent.replace("weekly", "hebdomadal").replace("win", "gain"),
                edits=tuple(
                    (parent.index(old), parent.index(old) + len(old), new)
                    for old, new in (("weekly", "hebdomadal"), ("win", "gain"))
                ),
            ),
            Sample(label=labels[0], op="back-translation", parent="see you soon", text="see you later", edits=()),
        ),
        rejected=(
            Sample(
                label=labels[-1],
                op="synonym",
                parent=parent,
                text=parent.replace("Free", "Gratis"),
                edits=(),
                reason=f"identical: {labels[-1]}",
            ),
        ),
        diagnoses=(DIAGNOSIS,),
        precision_recall=dict.fromkeys(labels, ((0.0, 1.0), (0.5, 0.9), (1.0, 0.6))),
        worst_errors=tuple(
            WorstError(
                id=f"row-{i}",
                line=None if i else 17,
                text=f"Sorry, I'll call later {label} " * 3,
                label=label,
                predicted=labels[0],
                probability=0.991,
            )
            for i, label in enumerate(labels)
        ),
    )


#: What a rule has found, as JSON.
DIAGNOSIS = {
    "finding": {
        "code": "overfitting",
        "severity": "info",
        "message": "validation loss rose from 0.070 to 0.090; epoch 3 of 4 was kept",
        "fix": "nothing is lost: finetune.epochs=3 saves time",
        "evidence": {},
    },
    "symptom": "the validation loss rises while the training loss falls",
    "cause": "the training rows are being learnt by heart",
    "remedy": {"finetune": {"epochs": 3}},
    "confidence": 0.5,
    "follows_from": None,
    "expected": None,
}


def history(labels: Sequence[str], counts: dict[str, int]) -> History:
    """Return a training run of four epochs that was best after the third."""
    steps = tuple(
        Step(step=s, loss=0.05 + 0.65 * 0.985 ** (s / 4), learning_rate=2e-4, grad_norm=1.0)
        for s in range(19, 1920, 19)
    )
    epochs = tuple(
        Epoch(epoch=i + 1, step=480 * (i + 1), validation_loss=v, macro_f1=f, accuracy=a, predicted={})
        for i, (v, f, a) in enumerate(
            [(0.11, 0.94, 0.971), (0.08, 0.955, 0.98), (0.07, 0.965, 0.984), (0.09, 0.96, 0.98)]
        )
    )
    return History(
        labels=tuple(labels),
        train_counts=counts,
        validation_counts=counts,
        settings={"epochs": 4, "learning_rate": 0.0002, "class_weights": "balanced"},
        steps=steps,
        epochs=epochs,
        best_epoch=3,
        stopped_early=False,
    )


@cache
def examined(labels: Sequence[str] = ("ham", "spam"), *, several: bool = False) -> Story:
    """Return the story of a run whose model was evaluated on 150 rows, and beside which all else was tried."""
    story = finished(labels)
    found = found_of(labels, several=several)
    raw = story.reports["validate"]
    suspect = Finding(
        code="suspect-label",
        severity=Severity.INFO,
        message="2 labels are suspect",
        fix="read the rows",
        evidence={
            "suspects": [
                {"id": f"row-{i}", "text": f"call me {label}", "label": label, "suggested": labels[0]}
                for i, label in enumerate(labels)
            ]
        },
        rows=tuple(f"row-{i}" for i in range(len(labels))),
        lines=tuple(range(1, len(labels) + 1)),
        split="train",
    )
    metrics = {"model": found["model"], "baselines": found["baselines"], "slices": found["slices"]}
    return replace(
        story,
        reports={**story.reports, "validate": replace(raw, findings=(*raw.findings, suspect, *drifts(labels)))},
        metrics=metrics,
        calibration=found["calibration"],
        thresholds={"applied": False, **found["thresholds"]},
        comparison=comparison(("plain", *labels)),
        tuning=tuning(labels[0]),
        range_test=range_test(labels[0]),
        repair=REPAIR,
    )


def drifts(labels: Sequence[str]) -> tuple[Finding, Finding]:
    """Return what is found where labels and texts of the test split are of another kind."""
    return (
        Finding(
            code="label-drift",
            severity=Severity.WARNING,
            message="test has other class shares than train",
            fix="draw the test split again",
            evidence={"against": "train", "distance": 0.2, "shares": {label: [0.2, 0.6] for label in labels}},
            split="test",
        ),
        Finding(
            code="text-drift",
            severity=Severity.INFO,
            message="the texts of test differ from those of train: words 12 -> 31",
            fix="draw the test split again",
            evidence={
                "against": "train",
                "effects": {"word_count": 0.31},
                "means": {"word_count": [12.3, 31.0]},
                "words": {labels[-1]: [0.02, 0.41]},
                "looked_at": [900, 100],
            },
            split="test",
        ),
    )


_SCORES = {"macro_f1": 0.8, "macro_f1_interval": [0.7, 0.9], "accuracy": 0.8, "accuracy_interval": [0.7, 0.9]}

#: A training that diverged, and one with the remedy.
REPAIR = {
    "trainings": [
        {
            "run": "r1",
            "ended": "diverged at step 3",
            "validation": None,
            "test": None,
            "diagnoses": [],
            "errors": [],
        },
        {"run": "r2", "ended": "done", "validation": 0.8, "test": _SCORES, "diagnoses": [], "errors": []},
    ],
    "attempts": [
        {
            "code": "diverged",
            "symptom": "the loss is NaN",
            "cause": "steps went too far",
            "confidence": 0.6,
            "remedy": {"finetune": {"learning_rate": 2e-4}},
            "before": "r1",
            "after": "r2",
            "change": None,
            "verdict": "proved",
            "why": "there was no model",
        }
    ],
    "kept": "r2",
    "in_all": None,
    "options": {"finetune.learning_rate": [0.5, 2e-4]},
}


def found_of(labels: Sequence[str], *, several: bool) -> dict[str, Any]:
    """Return what `evaluate` finds, as JSON would give it back, of a model that is too sure."""
    rng, n = np.random.default_rng(5), 400
    truth = np.arange(n) % len(labels)
    texts = [f"text {i} about {'x' * truth[i]}" for i in range(n)]
    given = [[labels[t]] for t in truth]
    rows = Corpus.from_columns(
        texts, None if several else [one for (one,) in given], labels=given if several else None
    )
    scores = 2.5 * rng.normal(size=(n, len(labels)))
    scores[np.arange(n), truth] += 4
    p = 1 / (1 + np.exp(-scores)) if several else np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    parts = {"train": range(100), "validation": range(100, 250), "test": range(250, 400)}
    splits = Splits({name: rows.take(part) for name, part in parts.items()})
    found = evaluate(labels, splits, {"validation": p[100:250], "test": p[250:]}, probe=False)
    names = ("model", "baselines", "slices", "calibration", "thresholds")
    return from_json(to_json({name: getattr(found, name) for name in names}), dict[str, Any])


def comparison(arms: Sequence[str]) -> dict[str, Any]:
    """Return a comparison of which the second arm is better than the first, the others are not shown to be."""
    base = {
        "baseline": arms[0],
        "baseline_mean": 0.8,
        "error": 0.01,
        "freedom": 8.0,
        "p": 0.01,
        "detectable": 0.03,
    }
    differences = [
        {
            **base,
            "arm": arm,
            "arm_mean": 0.8 + gain,
            "difference": gain,
            "low": gain - 0.02,
            "high": gain + 0.02,
            "p_holm": p,
            "outcome": outcome,
        }
        for arm, gain, p, outcome in zip(
            arms[1:],
            [0.05, *[0.01] * len(arms)],
            [0.001, *[0.4] * len(arms)],
            ["better", *["no difference"] * len(arms)],
            strict=False,
        )
    ]
    without_error = [{**one, "difference": 0.0, "error": 0.0} for one in differences]
    return {
        "baseline": arms[0],
        "arms": list(arms),
        "seeds": 5,
        "rows": 150,
        "tables": [
            {"figure": "macro-F1", "rows": 150, "differences": differences},
            {"figure": f"recall of {arms[-1]!r}", "rows": 9, "differences": without_error},
        ],
        "learnt_from": dict.fromkeys(arms, 1200),
        "against_remedies": None,
        "mcnemar": {},
        "verdict": [f"{arms[1]} against {arms[0]}, macro-F1: better by 5.0 points (+3.0 to +7.0)"],
    }


def tuning(choice: str) -> dict[str, Any]:
    """Return a search of four trials whose best options hold `choice`."""
    start = {"options": {}, "macro_f1": [0.80, 0.81]}
    best = {"options": {"learning_rate": 0.00052, "loss": choice}, "macro_f1": [0.84, 0.87]}
    return {
        "validation_rows": 150,
        "gain": [0.05, 0.03, 0.07],
        "start": start,
        "finalists": [
            {**best, "mean": 0.855, "deviation": 0.0212, "is_start": False},
            {**start, "mean": 0.805, "deviation": 0.0071, "is_start": True},
        ],
        "trials": [
            {"number": 0, "options": {}, "macro_f1": 0.8, "epochs": [0.7, 0.8], "state": "complete"},
            {"number": 1, "options": {}, "macro_f1": None, "epochs": [0.3], "state": "pruned"},
            {"number": 2, "options": {}, "macro_f1": None, "epochs": [], "state": "failed"},
            {"number": 3, "options": {}, "macro_f1": 0.85, "epochs": [0.8, 0.85], "state": "complete"},
        ],
        "importance": {"learning_rate": 0.8, "loss": 0.2},
    }


def range_test(model: str) -> dict[str, Any]:
    """Return the losses of a learning-rate range test."""
    points = [{"rate": 10.0 ** (-7 + i / 4), "smoothed": 1.8 + 0.2 * max(0, i - 18)} for i in range(24)]
    return {"model": model, "healthy": [2e-5, 4e-4], "lowest": 1.5e-3, "points": points}


@cache
def examined_page() -> str:
    """Return the report on a run whose model was evaluated, and beside which all else was tried."""
    return render(examined())


@cache
def finished_page() -> str:
    """Return the report on a run through every stage."""
    return render(finished())


def links_of(text: str) -> set[str]:
    """Return where a page leads, its own sections left out; fail if it could ask for anything by itself."""
    assert "//" not in re.sub(r"/\*.*?\*/", "", text)
    assert "url(" not in text
    assert "@import" not in text
    page = Page(text)
    assert not page.tags & {"script", "iframe", "object", "embed", "img", "base", "form", "image", "use"}
    csp = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert ("content", csp) in page.attributes
    assert not {name for name, _ in page.attributes} & {"src", "srcset", "action", "xlink:href"}
    links = {value for name, value in page.attributes if name == "href"}
    return {link for link in links if not link.startswith("#") and link != "data:,"}


class Page(HTMLParser):
    """Notes the elements, attributes and text of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.ids: list[str] = []
        self.open: list[str] = []
        self.comments: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in {"meta", "link", "br", "wbr", "path", "line", "rect"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Fail where an element is closed that is not the last one opened."""
        if tag not in {"path", "line", "rect"}:
            assert self.open.pop() == tag

    def handle_comment(self, data):
        """Note a comment."""
        self.comments.append(data)

    def handle_data(self, data):
        """Note text."""
        self.words += data
