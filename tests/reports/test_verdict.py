from dataclasses import replace

import pytest
from stories import examined, finished, validated

from datakit.core.findings import Report
from datakit.reports.verdict import verdict


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
        ("timed out: finetune", "Timed out at finetune"),
        ("running", "Still running"),
        ("broken off", "Broken off"),
    ],
)
def test_verdict_tells_a_closed_gate_from_a_failure(outcome, headline):
    """How the run ended is said, and where."""
    assert verdict(replace(validated(), outcome=outcome)).headline == headline


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


def test_what_to_do_next_is_what_the_gravest_findings_ask_for():
    """Errors before warnings; what was accepted, and what new rows have mended, is not asked for again."""
    assert verdict(validated()).next == ("conflicting-labels: decide which label is right, or drop the text",)
    story = finished()
    assert verdict(story).next == ("use the model: datakit predict, or datakit export to hand it over",)
    figures = {**story.reports["augment"].figures, "new_rows": 0}
    plain = replace(
        story, reports={**story.reports, "augment": replace(story.reports["augment"], figures=figures)}
    )
    assert [advice.partition(":")[0] for advice in verdict(plain).next] == ["class-imbalance"]


def test_the_verdict_tells_what_a_job_decided():
    """With its reason; a run that no job made has nothing to tell."""
    job = {"outcome": "not promoted", "reason": "recall of 'spam' has fallen"}
    said = verdict(replace(finished(), job=job)).account
    assert said["Promotion"] == "not promoted: recall of 'spam' has fallen."
    assert "Promotion" not in verdict(finished()).account


def test_thresholds_are_advised_only_beyond_chance():
    """Where the whole interval of the gain lies above 0."""
    story = examined()

    def advised(low):
        tuned = {**story.thresholds, "applied": False, "gain": 0.02, "gain_interval": [low, 0.03]}
        return any(one.startswith("thresholds:") for one in verdict(replace(story, thresholds=tuned)).next)

    assert advised(0.01)
    assert not advised(-0.01)
