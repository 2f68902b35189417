import re
from dataclasses import replace

from stories import PAYLOADS, Page, comparison, examined, finished, links_of, validated

from datakit.core.story import Several
from datakit.reports import several


def beside(*stories, **changes):
    """Return runs beside each other, as they are compared."""
    runs = {f"run {i}": story for i, story in enumerate(stories, 1)}
    options = tuple({"finetune": {"epochs": i, "model": "minilm"}} for i in range(len(stories)))
    return replace(Several(runs=runs, options=options, comparison=comparison(tuple(runs))), **changes)


def test_runs_are_compared_with_the_first():
    """The verdict is on macro-F1; what differs in the recipes is shown, what does not is not."""
    text = several.render(beside(finished(), examined()))
    page = Page(text)
    assert page.ids == ["runs", "options", "comparison", "validation", "labels_of_runs", "findings_of_runs"]
    assert "Better than run 1: run 2" in page.words
    assert "run 2 +5.0 (+3.0 to +7.0)" in page.words
    (options,) = re.findall(r'<section id="options">(.*?)</section>', text, re.DOTALL)
    assert "epochs" in options
    assert "minilm" not in options
    assert not page.open
    assert links_of(text) == set()


def test_labels_that_differ_most_stand_first():
    """One that a run does not know has no figure there."""
    story = examined()
    per_class = {
        label: {**of_label, "f1": f1}
        for (label, of_label), f1 in zip(story.metrics["model"]["per_class"].items(), (0.5, 0.1), strict=True)
    }
    worse = replace(story, metrics={**story.metrics, "model": {**story.metrics["model"], "per_class": per_class}})
    text = several.render(beside(story, worse, validated()))
    (section,) = re.findall(r'<section id="labels_of_runs">(.*?)</section>', text, re.DOTALL)
    assert re.findall(r'<td class="label"[^>]*>(\w+)<', section)[0] == "spam"
    assert "n/a" in section


def test_what_cannot_be_compared_stands_side_by_side():
    """With the reason."""
    page = Page(several.render(beside(finished(), validated(), comparison=None, why_not="other test rows")))
    assert "comparison" not in page.ids
    assert "runs" in page.ids
    assert "Not compared" in page.words
    assert "other test rows. What follows stands side by side only." in page.words


def test_payloads_are_inert():
    """Labels, sources and reasons are text; the page has no elements but those of a harmless one."""
    harmless = Page(several.render(beside(finished(), examined())))
    bad = PAYLOADS[0]
    runs = beside(*(replace(examined(labels=PAYLOADS), source=bad, model=bad, run=bad) for _ in range(2)))
    page = Page(several.render(runs))
    assert page.tags <= harmless.tags
    assert {name for name, _ in page.attributes} <= {name for name, _ in harmless.attributes}
    assert page.words.count(bad) > 4
