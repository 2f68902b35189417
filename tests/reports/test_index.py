import re
from dataclasses import replace

from stories import PAYLOADS, Page, links_of

from datakit.core.story import Chronicle, Line
from datakit.reports import charts, index

LINE = Line(
    run="20250314T021255000Z-7f3a00",
    created="2025-03-14T02:12:55+00:00",
    command="run nightly.yaml",
    outcome="done",
    seconds=61.4,
    source="raw.jsonl",
    model="minilm",
    findings={"error": 1, "info": 3},
    reported=True,
    rows=1500,
    train=1200,
    new=300,
    test=150,
    tested_on="a",
    macro_f1=0.8,
    macro_f1_interval=(0.75, 0.85),
    linear=0.6,
)
PROMOTION = {
    "time": "2025-03-14T02:20:00+00:00",
    "event": "promoted",
    "run": LINE.run,
    "reason": "the first model",
    "job": "nightly",
    "against": None,
    "macro_f1": 0.8,
}
JOB = {
    "job": "nightly",
    "outcome": "promoted",
    "exit_code": 0,
    "reason": "the first model",
    "time": "2025-03-14T02:20:00+00:00",
}
FULL = Chronicle(
    project="spam",
    lines=(
        LINE,
        replace(LINE, run="b", reported=False, outcome="gate failed: validate", macro_f1=None, rows=None),
    ),
    champion=LINE.run,
    promotions=(PROMOTION,),
    jobs=(JOB,),
)


def test_runs_promotions_and_jobs_have_a_section_each():
    """The newest run stands on top of its table and in the verdict."""
    text = index.render(FULL, folder="runs")
    page = Page(text)
    assert page.ids == ["history", "lines", "promotions", "jobs"]
    assert "The newest run: gate failed: validate" in page.words
    (lines,) = re.findall(r'<section id="lines">(.*?)</section>', text, re.DOTALL)
    assert re.findall(r"<strong>(\d+)</strong>", lines) == ["2", "1"]
    assert "1,200 + 300" in lines
    assert lines.count(">champion<") == 1
    assert "Champion" in page.words
    assert not page.open


def test_it_links_to_the_reports_that_are_there():
    """In the folder of the runs, and nowhere else."""
    assert links_of(index.render(FULL, folder="../runs")) == {f"../runs/{LINE.run}/report.html"}


def test_figures_of_other_test_rows_are_told_apart():
    """They are not of the same thing."""
    other = replace(LINE, run="c", tested_on="b")
    assert "not of the same thing" in index.render(replace(FULL, lines=(LINE, other)), folder="runs")
    assert "not of the same thing" not in index.render(FULL, folder="runs")


def test_an_empty_workspace_has_an_index():
    """It says how to begin."""
    page = Page(index.render(Chronicle(project="spam", lines=()), folder="runs"))
    assert page.ids == []
    assert "datakit validate" in page.words


def test_a_champion_whose_run_is_gone_is_told_of():
    """It is not passed over."""
    assert "its folder is gone" in index.render(replace(FULL, champion="gone"), folder="runs")


def test_many_runs_are_cut_and_it_is_said():
    """A year of nightly runs stays a small page."""
    many = tuple(replace(LINE, run=f"run-{i}") for i in range(400))
    text = index.render(replace(FULL, lines=many, champion="run-0"), folder="runs")
    assert len(text.encode()) < 500_000
    assert "200 older ones are left out" in text
    assert f"newest {charts.MOST_RUNS}" in text
    assert "run-399" in text
    assert ">run-199<" not in text


def test_payloads_are_inert():
    """A command, a model, a reason or a project's name is text."""
    bad = PAYLOADS[2]
    line = replace(LINE, run=bad, command=bad, source=bad, model=bad, outcome=bad)
    job = {**JOB, "job": bad, "outcome": bad, "reason": bad, "time": bad}
    promotion = {**PROMOTION, "event": bad, "run": bad, "reason": bad, "job": bad, "against": bad, "time": bad}
    page = Page(
        index.render(
            Chronicle(project=bad, lines=(line,), champion=bad, promotions=(promotion,), jobs=(job,)),
            folder="runs",
        )
    )
    harmless = Page(index.render(FULL, folder="runs"))
    assert page.tags <= harmless.tags
    assert {name for name, _ in page.attributes} <= {name for name, _ in harmless.attributes}
    assert not page.open
