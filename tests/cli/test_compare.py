"""`datakit compare` as it is typed."""

import json

import pytest
from support import sms, write_jsonl

from datakit.cli.main import run


@pytest.fixture
def files(project):
    """Give three files of predictions in the current folder: two alike, a worse one."""
    for name, step in (("a.jsonl", 20), ("b.jsonl", 25), ("c.jsonl", 3)):
        labels = ["ham" if i % 5 else "spam" for i in range(200)]
        rows = [
            {
                "id": str(i),
                "label": label,
                "predicted": label if i % step else "ham" if label == "spam" else "spam",
            }
            for i, label in enumerate(labels)
        ]
        (project / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return project


@pytest.mark.usefixtures("files")
def test_a_table_and_a_sentence_for_each_arm(capsys):
    """Against the first, in points, with interval, p values and verdict."""
    assert run(["compare", "a.jsonl", "b.jsonl", "c.jsonl"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "compare 200 test rows, 1 model an arm, against a.jsonl" in out
    assert "macro-F1, points, on 200 rows" in out
    assert "recall of 'spam', points, on 40 rows" in out
    assert "p (McNemar)" in out
    assert "b.jsonl against a.jsonl, macro-F1: no difference that 200 rows and 1 seed could show: less than" in out
    assert "c.jsonl against a.jsonl, macro-F1: worse by" in out


@pytest.mark.usefixtures("files")
def test_machines_get_one_object(capsys):
    """With every figure of the table; --quiet prints nothing."""
    assert run(["compare", "a.jsonl", "c.jsonl", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema_version"] == 1
    assert told["tables"][0]["differences"][0]["high"] < 0
    assert told["written"] is None
    assert run(["compare", "a.jsonl", "c.jsonl", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["a", "--arms", "plain,weights"], "runs or --common beside it"),
        (["a", "b", "--seeds", "3"], "without --arms"),
        (["--arms", "plain,synonym"], "no source was given here yet"),
        ([], "0 to compare"),
    ],
)
def test_calls_that_cannot_be_followed_end_with_2(arguments, told, capsys):
    """And say what to do."""
    assert run(["compare", *arguments]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert "fix: " in err


def test_arms_of_this_workspace_are_run_and_compared(project, tiny_encoder, capsys):
    """In one command after validate; the result lies in the run's folder, and a second call trains nothing."""
    write_jsonl(project / "raw.jsonl", sms(60))
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    options = {"model": tiny_encoder, "max_length": 32, "epochs": 1}
    settings = [word for name, value in options.items() for word in ("--set", f"finetune.{name}={value}")]
    call = ["compare", "--arms", "plain,threshold", "--seeds", "2", *settings]
    assert run(call) == 0
    captured = capsys.readouterr()
    assert "1/4 plain, seed 13: started" in captured.err
    assert "learnt from" in captured.out
    assert "threshold against plain, macro-F1: " in captured.out
    (written,) = (project / ".datakit" / "runs").glob("*/comparison.json")
    assert run([*call, "--json"]) == 0
    captured = capsys.readouterr()
    assert "started" not in captured.err
    told = json.loads(captured.out)
    assert told["written"] == str(written)
    assert told["verdict"] == json.loads(written.read_text())["verdict"]


def test_a_failed_gate_stops_it_with_3(project, capsys):
    """Nothing is trained on data that did not pass."""
    with (project / "raw.jsonl").open("a") as file:
        file.write('{"text": "x", "label": 3}\n')
    assert run(["validate", "raw.jsonl", "--quiet"]) == 3
    assert run(["compare", "--arms", "plain,weights"]) == 3
    assert "--accept mixed-label-types" in capsys.readouterr().out
