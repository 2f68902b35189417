"""`datakit clean` as it is typed."""

import json

import pytest

from datakit.cli.main import run

ROWS = ["caf\u00c3\u00a9", "twice", "TWICE", "<b>bold</b> \u001b[31m & red"]


@pytest.fixture
def messy(tmp_path, monkeypatch):
    """Give a messy file in the current folder."""
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps({"text": text, "label": "ab"[i % 2]}) for i, text in enumerate(ROWS)]
    (tmp_path / "raw.jsonl").write_text("\n".join([*lines, ""]))
    return tmp_path


@pytest.mark.usefixtures("messy")
def test_without_a_fix_nothing_is_written_and_each_is_shown(capsys):
    """With counts, an example that cannot move the cursor, and the command to go on with."""
    assert run(["clean", "raw.jsonl"]) == 0
    out = capsys.readouterr().out
    assert "raw.jsonl: 4 rows · text=text label=label" in out
    assert "nothing is changed without --fix" in out
    assert "mojibake              1 text changed\n    line 1: caf\u00c3\u00a9 → caf\u00e9 (decoded" in out
    assert "duplicate-text        1 row dropped\n    line 3: TWICE (same text as line 2" in out
    assert "\x1b[31m" not in out
    assert "nothing to do for" in out
    assert "next: datakit clean raw.jsonl --fix" in out


def test_fixes_are_applied_and_told(messy, capsys):
    """The log and the next command too."""
    call = ["clean", "raw.jsonl", "--fix", "mojibake", "--fix", "conflicting-labels", "--set"]
    assert run([*call, "conflicting-labels.by=drop", "-o", "clean.jsonl", "--log", "log.jsonl"]) == 0
    out = capsys.readouterr().out
    assert "4 rows, 2 of them in clean.jsonl" in out
    assert "conflicting-labels    2 rows dropped" in out
    assert "next: datakit validate clean.jsonl" in out
    entries = [json.loads(line) for line in (messy / "log.jsonl").read_text().splitlines()]
    assert set(entries[0]) == {"line", "id", "fix", "action", "before", "after", "because"}


@pytest.mark.usefixtures("messy")
def test_machines_get_one_object(capsys):
    """Of a preview and of a cleaning; --quiet prints nothing."""
    assert run(["clean", "raw.jsonl", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["fixes"]["mojibake"]["changes"] == {"text": 1}
    assert told["fixes"]["mojibake"]["example"]["after"] == "caf\u00e9"
    assert run(["clean", "raw.jsonl", "--fix", "duplicate-text", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == {"before": 4, "after": 3}
    assert (told["output"], told["log"]) == ("raw.clean.jsonl", "raw.clean.changes.jsonl")
    assert run(["clean", "raw.jsonl", "--fix", "duplicate-text", "--force", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_what_cannot_be_mended_is_told(messy, capsys):
    """By the check of the same name."""
    (messy / "raw.jsonl").write_text('{"text": "caf\\ufffd", "label": "a"}\n')
    assert run(["clean", "raw.jsonl", "--fix", "mojibake"]) == 0
    out = capsys.readouterr().out
    assert "nothing to mend" in out
    assert "left: mojibake: 1 text was decoded with a wrong encoding" in out


@pytest.mark.usefixtures("messy")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--fix", "mojibak"], "did you mean 'mojibake'"),
        (["--fix", "mojibake", "--set", "duplicate-text.exact=true"], "--fix duplicate-text"),
        (["--fix", "duplicate-text", "--set", "duplicate-text.exact=3"], "duplicate-text"),
        (["--set", "exact=true"], "names no option of a fix"),
        (["--text-column", "txet"], "did you mean 'text'"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_to_do(arguments, told, capsys):
    """Nothing is written."""
    assert run(["clean", "raw.jsonl", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_a_file_without_faults_has_nothing_to_do(messy, capsys):
    """And says so."""
    (messy / "good.csv").write_text("text,label\nhello there,a\n")
    assert run(["clean", "good.csv"]) == 0
    assert "no fix has anything to do" in capsys.readouterr().out


def test_explain_prints_the_check_and_the_fix_of_one_name(capsys):
    """One finds what the other mends."""
    assert run(["explain", "mojibake"]) == 0
    out = capsys.readouterr().out
    assert "mojibake (checks)" in out
    assert "mojibake (fixes)" in out


@pytest.mark.usefixtures("messy")
def test_without_a_path_it_is_the_file_that_was_validated(capsys):
    """As it was read then: the finding's advice can be typed as it stands."""
    assert run(["clean"]) == 2
    assert "no source was given here yet" in capsys.readouterr().err
    run(["validate", "raw.jsonl", "--quiet"])
    capsys.readouterr()
    assert run(["clean", "--fix", "mojibake"]) == 0
    assert "mojibake              1 text changed" in capsys.readouterr().out
