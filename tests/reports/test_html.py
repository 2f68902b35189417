import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from datakit.core.corpus import Corpus, Splits
from datakit.core.files import from_json, to_json
from datakit.core.findings import Finding, Report, Severity
from datakit.core.history import Epoch, History, Step
from datakit.core.story import Sample, StageRecord, Story, WorstError
from datakit.evaluation import evaluate
from datakit.evaluation.metrics import measure
from datakit.reports import evaluated, experiments
from datakit.reports.html import diff, render, verdict

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
SECTIONS = (
    "rows",
    "findings",
    "labels",
    "samples",
    "training",
    "test",
    "classes",
    "confusion",
    "errors",
    "stages",
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
        reports={**story.reports, "validate": replace(raw, findings=(*raw.findings, suspect))},
        metrics=metrics,
        calibration=found["calibration"],
        thresholds={"applied": False, **found["thresholds"]},
        comparison=comparison(("plain", *labels)),
        tuning=tuning(labels[0]),
        range_test=range_test(labels[0]),
        repair=REPAIR,
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
        if tag not in {"meta", "link", "br", "path", "line", "rect"}:
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


@pytest.fixture(scope="module")
def tried() -> str:
    """Render a run whose model was evaluated, and beside which all else was tried."""
    return render(examined())


@pytest.fixture(scope="module")
def full() -> str:
    """Render a run through every stage."""
    return render(finished())


def test_a_full_story_shows_every_section(full):
    """A run through every stage is shown from the rows read to the accepted findings."""
    assert [section for section in Page(full).ids if section in {*SECTIONS, "accepted"}] == [*SECTIONS, "accepted"]
    assert full.count("<svg") == 6


def test_what_was_found_and_tried_has_a_section_each(tried):
    """Suspect labels, repair, search, arms, parts of the test split, probabilities: where there are any."""
    new = {"suspects", "repair", "tuning", "comparison", "slices", "probabilities"}
    assert Page(tried).ids == [
        *("rows", "findings", "suspects", "labels", "samples", "training", "repair", "tuning", "comparison"),
        *("test", "classes", "slices", "confusion", "probabilities", "errors", "stages", "accepted"),
    ]
    assert not new & set(Page(render(finished())).ids)
    assert tried.count("<svg") == 6 + len(["range test", "trials", "importance", "differences", "reliability"])
    assert len(tried.encode()) < 400_000


def test_a_section_of_which_nothing_is_known_is_left_out(tried):
    """The others stand."""
    unknown = ("repair", "tuning", "comparison", "calibration", "thresholds", "history", "range_test")
    left = Page(render(replace(examined(), **dict.fromkeys(unknown)))).ids
    assert set(Page(tried).ids) - set(left) == {"repair", "tuning", "comparison", "probabilities", "training"}


@pytest.mark.parametrize("missing", [("calibration", "history"), ("thresholds", "range_test")])
def test_half_a_section_is_shown(missing, tried):
    """Calibration without thresholds, a range test without a training, and the other way round."""
    assert Page(render(replace(examined(), **dict.fromkeys(missing)))).ids == Page(tried).ids


def test_several_labels_a_row_have_their_own_figures():
    """Micro-F1 and Hamming loss are there; what does not exist for them is not."""
    page = Page(render(examined(several=True)))
    words = page.words
    assert "model reaches micro-F1" in words
    for figure in ("micro-F1", "Hamming loss", "least probability"):
        assert figure in words
    for figure in ("MCC", "balanced accuracy", "Confusion"):
        assert figure not in words
    assert "confusion" not in page.ids


def test_figures_of_which_less_is_better_are_best_where_they_are_least():
    """The best Brier score is the least one."""
    story = examined()
    low = {**story.metrics["model"], "brier": 0.001}
    rows = dict(evaluated.sections(replace(story, metrics={**story.metrics, "model": low}))["figures"]["rows"])
    assert [(value, best) for value, _, best in rows["Brier score"] if best] == [(0.001, True)]
    assert max(value for value, *_ in rows["accuracy"]) == next(v for v, _, best in rows["accuracy"] if best)


def test_weak_parts_are_marked_and_labels_are_shown_only_if_weak(tried):
    """Labels have a section of their own."""
    story = examined()
    part = {**story.metrics["slices"][0], "by": "label", "name": "the-label", "weak": True, "macro_f1": None}
    assert not any(one["by"] == "label" for one in evaluated.sections(story)["slices"])
    text = render(replace(story, metrics={**story.metrics, "slices": [part]}))
    assert "the-label" in text
    assert text.count(">weak<") == 1
    assert ">weak<" not in tried


@pytest.mark.parametrize(
    ("applied", "interval", "said"),
    [
        (False, [0.01, 0.03], "evaluate.thresholds=tuned does so"),
        (False, [-0.01, 0.03], "not shown to help"),
        (True, [-0.01, 0.03], "applied to all figures"),
    ],
)
def test_thresholds_are_worth_what_their_interval_says(applied, interval, said):
    """They are recommended only if the whole interval of the gain lies above 0."""
    story = examined()
    tuned = {**story.thresholds, "applied": applied, "gain": 0.02, "gain_interval": interval}
    assert said in " ".join(evaluated.sections(replace(story, thresholds=tuned))["thresholds"]["said"])


def test_calibration_is_complained_about_only_beyond_chance():
    """An error whose interval reaches down to the floor is none."""
    story = examined()
    before = {**story.calibration["before"], "ece": 0.05, "ece_floor": 0.03}

    def said(low):
        warmth = {**story.calibration, "applied": False, "before": {**before, "ece_interval": [low, 0.09]}}
        return " ".join(evaluated.sections(replace(story, calibration=warmth))["calibration"]["said"])

    assert "more than chance" in said(0.031)
    assert "no greater than chance" in said(0.03)


def test_a_run_of_an_older_version_has_no_reliability_diagram():
    """Its figures are shown all the same."""
    old = {name: value for name, value in examined().calibration.items() if not name.startswith("reliability")}
    page = Page(render(replace(examined(), calibration=old)))
    assert "probabilities" in page.ids
    assert "Confidence and right answers" not in page.words


def test_a_search_says_what_its_seeds_can_show():
    """A gain whose interval holds 0 is none, and the present settings may be the best."""
    story = examined()

    def said(**changes):
        return experiments.sections(replace(story, tuning={**story.tuning, **changes}))["tuning"]["said"]

    assert "expect less of it on others" in said()
    assert "no difference that 2 seeds can show" in said(gain=[0.05, -0.01, 0.11])
    assert "The present settings stand" in said(finalists=story.tuning["finalists"][::-1])


def test_arms_are_drawn_where_their_difference_has_an_error(tried):
    """Models that answer alike have nothing to draw; the better arm is marked, the sentence is given."""
    page = Page(tried)
    assert "Difference in macro-F1" in page.words
    assert "Difference in recall" not in page.words
    assert tried.count('<span class="chip good">better</span>') == 2
    assert "ham against plain, macro-F1: better by 5.0 points (+3.0 to +7.0)." in page.words


def test_suspect_labels_stand_beside_what_is_suggested(tried):
    """With row, line and split; the first few are in sight, the others can be unfolded."""
    (table,) = re.findall(r'<section id="suspects">(.*?)</section>', tried, re.DOTALL)
    assert re.findall(r'data-name="(\w+)"[^>]*>(\w+)<', table) == [
        *(("label", "ham"), ("suggested", "ham")),
        *(("label", "spam"), ("suggested", "ham")),
    ]
    assert "train, line 2" in table
    assert "<details>" not in table
    many = render(examined(labels=tuple(f"label {i}" for i in range(20))))
    assert "12 more" in many


def test_it_is_told_what_the_new_rows_were_made_with():
    """Operators, language, data and models, and why candidates were rejected."""
    story = examined()
    report = story.reports["augment"]
    figures = {
        **report.figures,
        "made_by": {"synonym": 90, "shuffle-sentences": 10},
        "language": "English",
        "uses": {"synonym.wordnet": "ab74"},
    }
    words = Page(
        render(replace(story, reports={**story.reports, "augment": replace(report, figures=figures)}))
    ).words
    for said in ("synonym 90, shuffle-sentences 10", "English", "ab74", "identical 31, duplicate 12"):
        assert said in words


def test_settings_tell_the_rates_that_were_tried():
    """And the tokens lost in percent."""
    story = examined()
    settings = {
        "tokens_lost": 0.0312,
        "learning_rate_trials": [{"rate": 5e-5, "update_ratio": 0.0004}, {"rate": 2e-4, "update_ratio": 0.0011}],
    }
    words = Page(render(replace(story, history=replace(story.history, settings=settings)))).words
    assert "3.1%" in words
    assert "5e-05 moves the weights by 0.0004 a step; 0.0002 moves the weights by 0.0011 a step" in words


def test_a_validate_only_story_shows_what_there_is():
    """A run that stopped at the first gate has rows, findings, labels and stages, and nothing else."""
    assert Page(render(validated())).ids == ["rows", "findings", "labels", "stages"]


def test_an_empty_story_is_a_page():
    """A run of which nothing is known but its head renders."""
    story = replace(validated(), outcome="done", stages=(), reports={})
    assert Page(render(story)).ids == []


def test_figures_may_miss_any_key():
    """Reports without figures, and figures without their optional parts, do no harm."""
    story = finished()
    bare = {stage: replace(report, figures={}) for stage, report in story.reports.items()}
    partly = {**bare, "augment": replace(bare["augment"], figures={"before": {"a": 1}, "added": {"a": 2}})}
    assert "rows" not in Page(render(replace(story, reports=bare))).ids
    assert "train, augmented" in render(replace(story, reports=partly))


def test_nothing_is_asked_of_the_network(full):
    """The page has no address but those inside itself, no script, and says so to the browser."""
    assert "//" not in re.sub(r"/\*.*?\*/", "", full)
    assert "url(" not in full
    assert "@import" not in full
    page = Page(full)
    assert not page.tags & {"script", "iframe", "object", "embed", "img", "base", "form", "image", "use"}
    csp = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert ("content", csp) in page.attributes
    for name, value in page.attributes:
        assert name not in {"src", "srcset", "action", "xlink:href"}
        assert name != "href" or value.startswith("#") or value == "data:,"
    assert len(full.encode()) < 300_000


@pytest.mark.parametrize("source", [PAYLOADS[0], "\udcff.jsonl"])
def test_payloads_in_every_place_are_inert(source, tried):
    """Markup in labels, texts, codes, names and the source ends up as text, in the page and in its drawings."""
    story = replace(examined(labels=PAYLOADS), source=source)
    bad = PAYLOADS[0]
    findings = tuple(
        replace(f, code=bad, message=bad, fix=bad, split=bad, evidence={bad: bad, "example": {bad: [bad]}})
        for f in story.reports["validate"].findings
    )
    reports = {**story.reports, "validate": replace(story.reports["validate"], findings=findings)}
    text = render(
        replace(
            story,
            reports=reports,
            model=bad,
            run=bad,
            created=bad,
            accepted=(bad,),
            samples=tuple(replace(sample, op=bad) for sample in story.samples),
            stages=(StageRecord(name=bad, status=f'"{bad}', seconds=0),),
        )
    )
    page, harmless = Page(text), Page(tried)
    assert page.tags == harmless.tags
    assert {name for name, _ in page.attributes} == {name for name, _ in harmless.attributes}
    assert not page.open
    assert not page.comments
    assert "{{ 7 * 7 }}" in page.words
    assert page.words.count("<script>alert(1)</script>") > 10
    assert not re.search("[\x00\x1b\x85\u202e\ufffe\ud800-\udfff]", text)
    text.encode()


def test_many_classes_keep_the_page_small_and_say_what_is_cut():
    """77 labels give a page under the limit that names its caps and lists every label in the table."""
    text = render(finished(labels=[f"card_payment_question_{i}" for i in range(77)]))
    assert len(text.encode()) < 600_000
    assert "40 largest of 77 labels" in text
    assert "30 of 77 labels" in text
    assert "the 47 others" in text
    assert "All 77 labels in figures" in text
    assert text.count("card_payment_question_76") > 1


def test_same_story_same_bytes(full):
    """Rendering is a pure function of the story."""
    assert render(finished()) == full


def test_verdict_of_a_stopped_run():
    """A failed gate is named, with what was found."""
    said = verdict(validated())
    assert (said.tone, said.headline) == ("bad", "Stopped at validate")
    assert "12 unusable rows were set aside." in said.account["Wrong"]
    assert "1 error and 1 warning; the gravest: 2 texts carry" in said.account["Wrong"]
    assert "accept them" in said.account["Result"]


@pytest.mark.parametrize(
    ("outcome", "headline"),
    [
        ("gate failed: validate", "Stopped at validate"),
        ("failed: finetune", "Failed at finetune"),
        ("interrupted: augment", "Interrupted at augment"),
    ],
)
def test_verdict_tells_a_closed_gate_from_a_failure(outcome, headline):
    """How the run ended is said, and where."""
    assert verdict(replace(validated(), outcome=outcome)).headline == headline


def test_samples_come_from_many_labels():
    """With more samples than the table holds, no label takes the place of another."""
    one = finished().samples[0]
    many = tuple(replace(one, label=f"label {i // 5:02}") for i in range(200))
    text = render(replace(finished(), samples=many))
    assert all(f"label {i:02}" in text for i in range(40))
    assert text.count("<del>weekly</del>") == 50


def test_notes_may_be_given_by_split():
    """What the reader noted is shown with the split it is about."""
    story = validated()
    report = replace(
        story.reports["validate"], figures={**story.reports["validate"].figures, "notes": {"test": ["UTF-16"]}}
    )
    assert "test: UTF-16" in render(replace(story, reports={"validate": report}))


@pytest.mark.parametrize(
    ("linear", "tone", "headline"),
    [
        (0.1, "good", "Better than the linear baseline"),
        (0.75, "mixed", "Not shown to beat the linear baseline"),
        (0.95, "bad", "Worse than the linear baseline"),
    ],
)
def test_verdict_weighs_the_interval_against_the_linear_baseline(linear, tone, headline):
    """A gain is claimed only if the whole interval of macro-F1 lies above the linear baseline."""
    story = finished()
    model = {**story.metrics["model"], "macro_f1": 0.75, "macro_f1_interval": [0.7, 0.8]}
    baseline = {**story.metrics["baselines"]["majority"], "macro_f1": linear}
    said = verdict(replace(story, metrics={"model": model, "baselines": {"tfidf-logistic-regression": baseline}}))
    assert (said.tone, said.headline) == (tone, headline)


def test_verdict_without_a_model_tells_how_far_the_run_came():
    """A run that was asked for less than a model is done as far as its last stage."""
    story = validated()
    said = verdict(replace(story, outcome="done", reports={"validate": Report(stage="validate")}))
    assert said.headline == "Done as far as validate"
    assert said.account == {"Wrong": "No errors and no warnings were found."}


def test_diff_keeps_the_rest_of_the_text():
    """What was kept and put in gives the new text; what was kept and taken out the old one."""
    sample = finished().samples[0]
    pieces = diff(sample)
    assert "".join(text for kind, text in pieces if kind != "del") == sample.text
    assert "".join(text for kind, text in pieces if kind != "ins") == sample.parent


def test_diff_without_edits_shows_the_whole_text_as_new():
    """A text that was written anew is not passed off as unchanged."""
    assert diff(finished().samples[1]) == [("del", "see you soon"), ("ins", "see you later")]
