import re
from dataclasses import replace

import pytest
from stories import PAYLOADS, Page, examined, examined_page, finished, finished_page, links_of, validated

from datakit.core.story import StageRecord
from datakit.reports.html import render

SECTIONS = (
    "rows",
    "findings",
    "labels",
    "samples",
    "training",
    "test",
    "classes",
    "confusion",
    "probabilities",
    "errors",
    "stages",
)


def test_a_full_story_shows_every_section():
    """A run through every stage is shown from the rows read to the stages; the list of sections names them."""
    full = finished_page()
    assert Page(full).ids == list(SECTIONS)
    assert re.findall(r'<a href="#(\w+)">', full) == list(SECTIONS)
    assert full.count("<svg") == 8


def test_what_was_found_and_tried_has_a_section_each():
    """Suspect labels, drift, repair, search, arms, parts of the test split: where there are any."""
    tried = examined_page()
    assert Page(tried).ids == [
        *(
            "rows",
            "findings",
            "suspects",
            "drift",
            "labels",
            "samples",
            "training",
            "repair",
            "tuning",
            "comparison",
        ),
        *("test", "classes", "slices", "confusion", "probabilities", "errors", "stages"),
    ]
    new = ["drift", "range test", "trials", "importance", "differences", "reliability"]
    assert tried.count("<svg") == 8 + len(new)
    assert len(tried.encode()) < 400_000


def test_a_section_of_which_nothing_is_known_is_left_out():
    """The others stand."""
    tried = examined_page()
    unknown = ("repair", "tuning", "comparison", "calibration", "thresholds", "history", "range_test", "tokens")
    nothing = {"diagnoses": (), "precision_recall": {}, "samples": (), "rejected": (), "worst_errors": ()}
    left = Page(render(replace(examined(), **dict.fromkeys(unknown), **nothing))).ids
    assert set(Page(tried).ids) - set(left) == {
        *("repair", "tuning", "comparison", "probabilities", "training", "samples", "errors"),
    }


@pytest.mark.parametrize("missing", [("calibration", "history"), ("thresholds", "range_test")])
def test_half_a_section_is_shown(missing):
    """Calibration without thresholds, a range test without a training, and the other way round."""
    tried = examined_page()
    assert Page(render(replace(examined(), **dict.fromkeys(missing)))).ids == Page(tried).ids


def test_a_validate_only_story_shows_what_there_is():
    """A run that stopped at the first gate has rows, findings, labels and stages, and nothing else."""
    assert Page(render(validated())).ids == ["rows", "findings", "labels", "stages"]


def test_an_empty_story_is_a_page():
    """A run of which nothing is known but its head renders."""
    story = replace(validated(), outcome="done", stages=(), reports={})
    assert Page(render(story)).ids == []


def test_figures_may_miss_any_key():
    """Reports without figures, and figures without their optional parts, do no harm."""
    story = replace(finished(), tokens=None)
    bare = {stage: replace(report, figures={}) for stage, report in story.reports.items()}
    partly = {**bare, "augment": replace(bare["augment"], figures={"before": {"a": 1}, "added": {"a": 2}})}
    assert "rows" not in Page(render(replace(story, reports=bare))).ids
    assert "train, augmented" in render(replace(story, reports=partly))


def test_nothing_is_asked_of_the_network():
    """The page has no address but those inside itself, no script, and says so to the browser."""
    text = finished_page()
    assert links_of(text) == set()
    assert len(text.encode()) < 300_000


def test_payloads_in_every_place_are_inert():
    """Markup in labels, texts, codes, names and the source ends up as text, in the page and in its drawings."""
    tried = examined_page()
    story = replace(examined(labels=PAYLOADS), source="\udcff" + PAYLOADS[0])
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
    assert "the 20 largest and the 20 smallest of 77 labels" in text
    assert "the 40 of 77 labels with the lowest F1" in text
    assert "the 6 of 77 labels with the least" in text
    assert "30 of 77 labels" in text
    assert "the 47 others" in text
    assert text.count("All 77 labels in figures") == 2
    (figures,) = re.findall(r'<section id="classes">(.*?)</section>', text, re.DOTALL)
    assert figures.count('<td class="label"') == 77


def test_same_story_same_bytes():
    """Rendering is a pure function of the story."""
    full = finished_page()
    assert render(finished()) == full


def test_thousands_of_labels_and_endless_texts_keep_the_page_small():
    """Tables, curves, findings and texts are capped, and it is said."""
    labels = [f"label {i:04} {'x' * 300}" for i in range(3_000)]
    story = finished()
    of_label = next(iter(story.metrics["model"]["per_class"].values()))
    model = {**story.metrics["model"], "per_class": dict.fromkeys(labels, of_label), "confusion": None}
    finding = replace(story.reports["validate"].findings[0], message="long " * 10_000, fix="long " * 10_000)
    counts = {"before": dict.fromkeys(labels, 5), "after": dict.fromkeys(labels, 9)}
    reports = {
        **story.reports,
        "validate": replace(story.reports["validate"], findings=(finding,) * 500),
        "augment": replace(story.reports["augment"], figures=counts),
    }
    long = replace(story.samples[1], parent="old words " * 20_000, text="new texts " * 20_000)
    text = render(
        replace(
            story,
            reports=reports,
            metrics={"model": model, "baselines": {}},
            precision_recall=dict.fromkeys(labels, tuple((i / 60, 0.5) for i in range(60))),
            samples=(long,) * 60,
            rejected=(long,) * 60,
            worst_errors=tuple(replace(story.worst_errors[0], text="long " * 9_000) for _ in range(90)),
        )
    )
    assert len(text.encode()) < 1_000_000
    assert text.count("200 of 3,000 labels in figures") == 2
    assert "Shown are 200 of 500." in text
