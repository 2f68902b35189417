"""What the terminal shows."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from datakit.core.findings import Finding, Report, Severity
from datakit.core.story import Sample
from datakit.reports import terminal


def shown(renderable, width=80, *, colour=False) -> str:
    """Return what a terminal of some width shows."""
    out = io.StringIO()
    Console(file=out, width=width, highlight=False, force_terminal=colour, color_system=None).print(renderable)
    return out.getvalue()


def validated(labels, *findings) -> Report:
    """Return a report of validate."""
    figures = {
        "profile": {"rows": sum(labels.values()), "classes": len(labels), "label_counts": labels},
        "columns": {"text": "text", "label": "label"},
        "quarantined": {"train": 2},
        "notes": {"train": ["BOM removed"]},
    }
    return Report(stage="validate", figures=figures, findings=findings)


FINDING = Finding(
    code="rare-class",
    severity=Severity.WARNING,
    message="1 class has fewer than 30 rows: [bold]x[/bold] (4)",
    fix="label more rows of it",
    rows=tuple(map(str, range(20))),
    lines=tuple(range(1, 21)),
)


def test_labels_findings_and_fixes_are_shown():
    """Counts with their share, the finding's code, message, fix and first lines, and the quarantine."""
    text = shown(terminal.stage(validated({"ham": 75, "spam": 25}, FINDING), ran=True))
    for part in (
        "75.0%",
        "spam",
        "rare-class",
        "fix: label more rows of it",
        "(20 in all)",
        "2 rows in quarantine",
    ):
        assert part in text


def test_the_weightiest_findings_come_first_and_remarks_are_short():
    """A remark is its message alone: what is to be done stands in the report."""
    remark = replace(FINDING, code="a-remark", severity=Severity.INFO, fix="no fix shown")
    error = replace(FINDING, code="an-error", severity=Severity.ERROR)
    text = shown(terminal.stage(validated({"ham": 75, "spam": 25}, remark, FINDING, error), ran=True))
    assert text.index("an-error") < text.index("rare-class") < text.index("a-remark")
    assert "no fix shown" not in text


def test_markup_in_the_data_is_shown_as_it_is():
    """Labels and messages never turn into colours or links."""
    text = shown(terminal.stage(validated({"[red]ham[/red]": 3, "[link=x]y[/link]": 2}, FINDING), ran=True))
    assert "[red]ham[/red]" in text
    assert "[link=x]y[/link]" in text
    assert "[bold]x[/bold]" in text


def test_many_labels_are_summed_up():
    """A hundred labels do not fill a hundred lines."""
    text = shown(terminal.stage(validated({f"label-{i:03}": 200 - i for i in range(100)}), ran=True))
    assert "88 more labels" in text
    assert len(text.splitlines()) < 25


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width):
    """Narrow terminals wrap words, they do not break the table."""
    labels = {"a label with quite a long name that goes on and on": 10, "b": 5}
    text = shown(terminal.stage(validated(labels, FINDING), ran=True), width=width)
    assert max(map(len, text.splitlines())) <= width


def test_a_skipped_stage_says_so():
    """Nothing was run, nothing pretends it was."""
    assert "unchanged, skipped" in shown(terminal.stage(validated({"a": 1, "b": 1}), ran=False))
    assert "unchanged, skipped" in shown(terminal.unchanged("split"))


def test_a_stopped_pipeline_names_the_codes_to_accept():
    """The next command can be copied."""
    assert "--accept a --accept b" in shown(terminal.stopped("validate", ["a", "b"]))


def test_the_plan_tells_options_from_reasons():
    """Names of changed options are introduced as such; sentences stand for themselves."""
    rows = [
        ("split", False, ()),
        ("augment", True, ("options.target",)),
        ("finetune", True, ("augment runs first",)),
    ]
    text = shown(terminal.plan(rows))
    assert "changed: options.target" in text
    assert "augment runs first" in text
    assert "up to date" in text


def test_new_rows_stand_beside_their_parents():
    """What was replaced is coloured on both sides, what data hold cannot steer the terminal."""
    row = Sample(
        label="spam, [b]",
        op="synonym",
        parent="a big \x1b[31mcar, a b",
        text="a large \x1b[31mcar, an b",
        edits=((2, 5, "large"), (16, 17, "an")),
    )
    out = io.StringIO()
    Console(file=out, width=80, force_terminal=True, color_system="standard", _environ={}).print(
        terminal.samples([("id-7~synonym-0", row)])
    )
    text = out.getvalue()
    assert "\x1b[9;31mbig" in text
    assert "\x1b[4;32mlarge" in text
    assert "\x1b[4;32man" in text
    assert "\x1b[31mcar" not in text
    plain = shown(terminal.samples([("id-7~synonym-0", row)]))
    assert "spam, [b]  id-7~synonym-0" in plain
    assert "a large �[31mcar, an b" in plain


def test_rejected_texts_are_shown_with_the_reason():
    """Operator, parent, text and why."""
    text = shown(terminal.rejected([("synonym", "the parent", "the child", "duplicate: equals another row")]))
    for part in ("not taken, duplicate: equals another row  synonym", "the parent", "the child"):
        assert part in text


def test_augmentation_counts_rows_and_names_labels_that_grew_along():
    """A row with two labels is one row; a common label beside a rare one grew though nobody asked."""
    figures = {
        "before": {"C": 100, "R": 5},
        "wanted": {"C": 100, "R": 50},
        "added": {"C": 7, "R": 45},
        "new_rows": 45,
        "made_by": {"synonym": 40, "insert-punctuation": 5},
        "language": "English",
        "uses": {"synonym.wordnet": "6c88"},
        "rejected": {"duplicate": 3},
    }
    text = shown(terminal.stage(Report(stage="augment", figures=figures), ran=True))
    assert "new rows: 45 · candidates rejected: 3" in text
    assert "grew along, on rows that they share: C +7" in text


def test_a_plan_of_augmentation_has_a_line_a_label():
    """With what stands in the way, if anything does."""
    row = {"label": "R", "before": 5, "wanted": 90, "planned": 50, "parents": 5, "reason": "max-per-row"}
    text = shown(terminal.outlook([row, {**row, "label": "C", "reason": None}]))
    assert "rows to make them from" in text
    assert "max-per-row" in text
    assert "None" not in text


def evaluated(**more) -> Report:
    """Return a report of evaluate."""
    figures = {"rows": 9, "accuracy": 0.61, "macro_f1": 0.52, **more}
    figures |= {f"{name}_interval": (0.4, 0.7) for name in figures if name != "rows"}
    return Report(stage="evaluate", figures={"model": figures, "majority": figures})


def test_a_model_is_told_beside_the_baselines():
    """Macro-F1 and accuracy with their intervals."""
    text = shown(terminal.stage(evaluated(), ran=True))
    for part in ("macro-F1", "accuracy", "0.520   0.400-0.700", "0.610", "majority"):
        assert part in text
    assert "micro-F1" not in text


def test_several_labels_a_row_are_told_by_micro_f1():
    """The share of rows whose labels are all right says little there."""
    text = shown(terminal.stage(evaluated(micro_f1=0.77), ran=True))
    for part in ("macro-F1", "micro-F1", "0.770"):
        assert part in text
    assert "accuracy" not in text


@pytest.mark.parametrize(
    ("more", "said", "unsaid"),
    [
        ({}, "best epoch 2 of 3", "tokens"),
        ({"tokens_lost": 0.009, "cached_blocks": 0}, "learning rate 5e-05", "tokens"),
        ({"tokens_lost": 0.043}, "4.3% of the tokens", "cached"),
        ({"cached_blocks": 4}, "4 frozen blocks computed once, then cached", "tokens"),
    ],
)
def test_a_training_tells_what_it_left_out_and_kept(more, said, unsaid):
    """Tokens that were not read where they are more than one in a hundred; blocks that were cached."""
    best = {"macro_f1": 0.9, "accuracy": 0.95}
    figures = {
        "model": "minilm",
        "learning_rate": 5e-5,
        "best_epoch": 2,
        "epochs_run": 3,
        "validation": best,
        **more,
    }
    text = shown(terminal.stage(Report(stage="finetune", figures=figures), ran=True), width=200)
    assert said in text
    assert unsaid not in text


def test_blanks_at_the_ends_of_a_label_are_seen():
    """Two labels that differ in nothing else would look the same."""
    text = shown(terminal.stage(validated({"ham": 75, "ham ": 25}), ran=True))
    assert "'ham '" in text
    assert "'ham'" not in text


def test_bars_give_way_to_labels_on_a_narrow_terminal():
    """A long label would else be broken into many short lines."""
    label = "a label of many words as surveys have"
    wide, narrow = (shown(terminal.stage(validated({label: 9, "b": 1}), ran=True), width=w) for w in (80, 50))
    assert "█" * terminal.BAR in wide
    assert "█" * terminal.BAR not in narrow
    assert "a label of many" in narrow


def test_a_path_is_never_broken(capsys, monkeypatch):
    """Nor is a command: both are to be copied."""
    monkeypatch.setenv("COLUMNS", "40")
    path, command = "a folder/" * 10 + "report.html", "datakit clean" + " --fix this" * 10
    terminal.console().print(terminal.written("report", path))
    terminal.console().print(terminal.next_command(command))
    assert capsys.readouterr().out == f"report: {path}\nnext: {command}\n"


def test_what_is_piped_has_no_blanks_at_the_ends_of_lines(capsys, monkeypatch):
    """Cells of tables are filled up with them; COLUMNS says how wide it shall be."""
    monkeypatch.delenv("COLUMNS", raising=False)
    terminal.console().print(terminal.stage(validated({"ham": 75, "spam": 25}, FINDING), ran=True))
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line != line.rstrip()] == []
    assert terminal.console().width == terminal.PIPED
    monkeypatch.setenv("COLUMNS", "50")
    assert terminal.console().width == 50


def test_columns_of_numbers_and_those_that_are_asked_for_are_whole():
    """The others are broken; a figure has its own name at the head."""
    row = {"run": "2026-run-of-some-length", "command": "validate a file of long name", "macro_f1": 0.5}
    text = shown(terminal.table([row, {**row, "macro_f1": None}], whole=["run"]), width=45)
    assert text.count(row["run"]) == 2
    assert "macro-F1" in text
    assert row["command"] not in text


def test_a_page_of_the_manual_is_broken_anew():
    """Paragraphs are, by the width of the terminal; short lines and indents stay as they are."""
    long = "    " + "many words of a paragraph " * 4
    text = shown(terminal.manual(f"code (checks)\n\nWhat:\n{long.rstrip()}\n    end.\n    `an example`"), width=60)
    assert text.splitlines() == [
        "code (checks)".ljust(60),
        " " * 60,
        "What:".ljust(60),
        "    many words of a paragraph many words of a paragraph many".ljust(60),
        "    words of a paragraph many words of a paragraph end.".ljust(60),
        "    `an example`".ljust(60),
    ]
