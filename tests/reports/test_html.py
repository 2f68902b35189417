import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from html.parser import HTMLParser

import numpy as np
import pytest

from datakit.core.findings import Finding, Report, Severity
from datakit.core.history import Epoch, History, Step
from datakit.core.story import Sample, StageRecord, Story, WorstError
from datakit.evaluation.metrics import measure
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
def full() -> str:
    """Render a run through every stage."""
    return render(finished())


def test_a_full_story_shows_every_section(full):
    """A run through every stage is shown from the rows read to the accepted findings."""
    assert [section for section in Page(full).ids if section in {*SECTIONS, "accepted"}] == [*SECTIONS, "accepted"]
    assert full.count("<svg") == 6


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
def test_payloads_in_every_place_are_inert(source):
    """Markup in labels, texts, codes, names and the source ends up as text, in the page and in its drawings."""
    story = finished(labels=PAYLOADS, source=source)
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
    page, harmless = Page(text), Page(render(finished()))
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
