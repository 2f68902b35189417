"""The commands as they are typed."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import sms, write_jsonl

from datakit.cli.main import COMMANDS, cli, run
from datakit.pipeline.components import families


@pytest.fixture
def datakit(project, tiny_encoder, capsys):
    """Give a function that runs a command line in a folder with raw.jsonl: exit code, standard output, error."""

    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    call.folder = project
    call.encoder = tiny_encoder
    return call


def test_a_misspelt_label_is_mended_before_anything_is_balanced(datakit):
    """Its few rows make the worst imbalance, and no new rows would help."""
    labels = ["complaint"] * 80 + ["question"] * 60 + ["complant"] * 4
    write_jsonl(Path("misspelt.jsonl"), [{"text": f"text {i}", "label": label} for i, label in enumerate(labels)])
    assert "next: datakit clean --fix misspelt-label" in datakit("validate", "misspelt.jsonl")[1]
    assert datakit("clean", "--fix", "misspelt-label")[0] == 0
    assert "next: datakit finetune" in datakit("validate", "misspelt.clean.jsonl")[1]


def test_the_three_commands_and_what_follows(datakit):
    """validate, augment, finetune without a path after the first; report, history, predict, status work after."""
    code, out, _ = datakit("validate", "raw.jsonl")
    assert code == 0
    assert "120 rows to learn from" in out
    assert "next: datakit augment --target balanced" in out
    code, out, _ = datakit("augment", "--target", "balanced")
    assert code == 0
    assert "validate  unchanged, skipped" in out
    assert "next: datakit finetune" in out
    code, out, _ = datakit(
        "finetune", "--model", datakit.encoder, "--epochs", "3", "--batch-size", "4", "--learning-rate", "5e-3"
    )
    assert code == 0
    assert "tfidf-logistic-regression" in out
    assert "report.html" in out
    code, out, _ = datakit("finetune")
    assert code == 0
    assert "nothing to do" in out
    code, out, _ = datakit("report")
    assert code == 0
    assert "<!doctype html>" in Path(out.strip()).read_text(encoding="utf-8").lower()
    code, out, _ = datakit("history", "--json")
    runs = [json.loads(line) for line in out.splitlines()]
    assert len({run["run"] for run in runs}) == len(runs) == 3
    assert [run["macro_f1"] is not None for run in runs] == [False, False, True]
    code, out, _ = datakit("predict", "claim your prize", "see you tonight", "--json")
    assert code == 0
    assert [set(json.loads(line)["probabilities"]) for line in out.splitlines()] == [{"ham", "spam"}] * 2
    code, out, _ = datakit("status", "--json")
    assert set(json.loads(out)["stages"].values()) == {"up to date"}


def test_run_follows_a_recipe(datakit):
    """A recipe with its own options, then --set over it."""
    options = f"{{model: {datakit.encoder}, epochs: 3, batch_size: 4, learning_rate: 0.005}}"
    (datakit.folder / "job.yaml").write_text(f"source: raw.jsonl\nfinetune: {options}\n", encoding="utf-8")
    code, out, _ = datakit("run", "job.yaml", "--set", "augment.target=ratio=2", "--json")
    result = json.loads(out)
    assert code == 0
    assert result["outcome"] == "done"
    assert result["stages"]["augment"]["figures"]["added"]["spam"] > 0
    measured = set(result["stages"]["evaluate"]["figures"])
    assert measured == {"model", "majority", "tfidf-logistic-regression", "frozen-encoder-probe"}


def test_a_failed_gate_exits_with_3_and_names_the_way_on(datakit):
    """Later verbs stop there too, until the code is accepted; the acceptance is remembered."""
    write_jsonl(datakit.folder / "raw.jsonl", [*sms(), {"text": "x", "label": 3}])
    code, out, _ = datakit("validate", "raw.jsonl")
    assert code == 3
    assert "--accept mixed-label-types" in out
    assert "lines 121" in out
    assert datakit("split")[0] == 3
    assert datakit("split", "--accept", "mixed-label-types")[0] == 0
    assert datakit("split")[0] == 0


@pytest.mark.parametrize(("verb", "suite"), [("split", "training_ready.json"), ("augment", "augmented.json")])
def test_split_and_augment_have_gates_of_their_own(datakit, verb, suite):
    """A suite of the folder goes before the shipped one; one that is edited is asked anew."""
    assert datakit("validate", "raw.jsonl")[0] == 0
    assert datakit(verb)[0] == 0
    limit = {"column": "validation_rows", "min_value": 10_000}
    expectation = {"type": "expect_column_values_to_be_between", "kwargs": limit, "meta": {"code": "too-few"}}
    (datakit.folder / "expectations").mkdir()
    own = datakit.folder / "expectations" / suite
    own.write_text(json.dumps({"expectations": [expectation]}), encoding="utf-8")
    code, out, _ = datakit(verb)
    assert code == 3
    assert "--accept too-few" in out
    own.write_text("{", encoding="utf-8")
    code, _, err = datakit(verb)
    assert code == 2
    assert f"{suite}:1:2" in err
    own.unlink()
    code, _, err = datakit(verb, "--set", f"{verb}.suite=./nowhere.json")
    assert code == 2
    assert "nowhere.json" in err


@pytest.mark.parametrize(("wish", "red"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_errors_are_red_on_a_terminal_unless_no_colours_are_wanted(wish, red, tmp_path):
    """As no-color.org asks; click by itself does not heed it."""
    import pty

    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | wish
    call = [sys.executable, "-m", "datakit", "report"]
    subprocess.run(call, cwd=tmp_path, env=environment, stderr=theirs, check=False)  # noqa: S603  (our own command)
    os.close(theirs)
    told = os.read(ours, 4096)
    os.close(ours)
    assert b"no run here yet" in told
    assert (b"\x1b[31m" in told) is red


WRONG_FILES = {
    "empty": ("raw.jsonl", b"", 2, "empty"),
    "missing column": ("raw.jsonl", b'{"txt": "a", "label": "b"}\n' * 60, 2, "txt"),
    "truncated gzip": (
        "raw.jsonl.gz",
        gzip.compress(b'{"text": "a", "label": "b"}\n' * 900)[:-20],
        2,
        "raw.jsonl.gz",
    ),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_an_unreadable_file_exits_with_2_and_says_what_to_do(datakit, name):
    """One screen on standard error: where, what was got, the fix; no traceback, no run."""
    file, content, wanted, hint = WRONG_FILES[name]
    (datakit.folder / file).write_bytes(content)
    code, _, err = datakit("validate", file)
    assert code == wanted
    assert hint in err
    assert "fix: " in err
    assert "Traceback" not in err
    assert len(err.splitlines()) < 50


def test_a_csv_in_another_encoding_is_read_and_that_is_said(datakit):
    """Told from its bytes; an encoding that is named is taken at its word, and the fix names another."""
    content = "text,label\n" + "".join(f"café {i} at the corner,{'ab'[i % 2]}\n" for i in range(60))
    (datakit.folder / "raw.csv").write_bytes(content.encode("cp1252"))
    code, out, _ = datakit("validate", "raw.csv")
    assert code == 0
    assert "read as cp1252: 60 of 61 lines are not UTF-8" in out
    code, _, err = datakit("validate", "raw.csv", "--encoding", "utf-8")
    assert code == 2
    assert "fix: rerun with --encoding cp1252" in err


def rows(*odd):
    """Return good rows with odd lines behind them."""
    return "".join(f"{line}\n" for line in [*map(json.dumps, sms(60)), *odd]).encode()


ODD_ROWS = {
    "truncated last line": (rows()[:-20], 60, "unreadable-line", 0),
    "duplicate key": (rows('{"text": "a", "label": "ham", "label": "spam"}'), 61, "duplicate-key", 0),
    "a line of 1 MB": (rows(json.dumps({"text": "x" * 1_000_000, "label": "ham"})), 61, "line-too-long", 0),
    "numeric label": (rows('{"text": "a b c", "label": 3}'), 61, "mixed-label-types", 3),
    "empty text": (rows('{"text": " ", "label": "ham"}'), 61, "empty-text", 0),
    "no label": (rows('{"text": "a b c", "label": null}'), 61, "missing-label", 0),
}


@pytest.mark.parametrize("name", ODD_ROWS)
def test_an_unusable_row_goes_to_quarantine_with_its_line_and_reason(datakit, name):
    """The rest is used; nothing is lost silently."""
    content, line, reason, wanted = ODD_ROWS[name]
    (datakit.folder / "raw.jsonl").write_bytes(content)
    code, out, _ = datakit("validate", "raw.jsonl")
    assert "quarantine: .datakit/runs/" in out
    code, out, _ = datakit("validate", "raw.jsonl", "--json")
    assert code == wanted
    result = json.loads(out)
    findings = {finding["code"]: finding for finding in result["stages"]["validate"]["findings"]}
    assert findings[reason]["lines"] == [line]
    (latest,) = (datakit.folder / ".datakit" / "runs").iterdir()
    (quarantined,) = map(json.loads, (latest / "quarantine.jsonl").read_text().splitlines())
    assert (quarantined["line"], quarantined["code"]) == (line, reason)
    assert quarantined["raw"]
    profile = result["stages"]["validate"]["figures"]["profile"]
    assert profile["rows"] == (59 if name == "truncated last line" else 60)
    assert profile["quarantined"] == 1


def test_a_byte_order_mark_is_no_part_of_the_first_key(datakit):
    """It is removed, and said."""
    (datakit.folder / "raw.jsonl").write_bytes(b"\xef\xbb\xbf" + rows())
    code, out, _ = datakit("validate", "raw.jsonl", "--json")
    assert code == 0
    figures = json.loads(out)["stages"]["validate"]["figures"]
    assert figures["profile"]["rows"] == 60
    assert any("BOM" in note for note in figures["notes"]["train"])


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["validate", "."], "fix: "),
        (["validate", "raw.json"], "raw.jsonl"),
        (["validate", "raw.jsonl", "--set", "augment.targett=none"], "did you mean 'target'?"),
        (["validate", "raw.jsonl", "--set", "nonsense"], "--set augment.target=balanced"),
        (["augment"], "datakit validate"),
        (["predict", "x"], "datakit finetune"),
        (["report"], "datakit validate"),
        (["explain", "rare-clas"], "did you mean 'rare-class'?"),
        (["run", "none.yaml"], "none.yaml"),
        (["validat"], "validate"),
        (["validate", "raw.jsonl", "--suite", "none.json"], "none.json"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_to_do(datakit, arguments, hint):
    """Wrong paths, options, names and order: told on standard error, without a traceback."""
    code, _, err = datakit(*arguments)
    assert code == 2
    assert hint in err
    assert "Traceback" not in err


def test_the_source_of_an_earlier_command_is_remembered_and_replaced(datakit):
    """A new path begins anew: options of the former source are gone."""
    datakit("validate", "raw.jsonl", "--seed", "5")
    assert "seed: 5" in (datakit.folder / ".datakit" / "recipe.yaml").read_text()
    write_jsonl(datakit.folder / "other.jsonl", sms(80))
    datakit("validate", "other.jsonl")
    assert "seed" not in (datakit.folder / ".datakit" / "recipe.yaml").read_text()


def test_options_that_cannot_be_followed_are_not_remembered(datakit):
    """A model that is not there, a file that cannot be read: the next command goes on from what worked."""
    datakit("validate", "raw.jsonl")
    assert datakit("finetune", "--model", "./no-such-folder")[0] == 2
    assert datakit("validate", "raw.jsonl", "--text-column", "txt")[0] == 2
    (datakit.folder / "other.jsonl").write_bytes(b"")
    assert datakit("validate", "other.jsonl")[0] == 2
    code, out, _ = datakit("status", "--json")
    assert code == 0
    assert json.loads(out)["source"] == "raw.jsonl"
    assert json.loads(out)["stages"]["validate"] == "up to date"


def test_augment_writes_the_balanced_rows_where_asked(datakit):
    """--output takes the format from the file's name."""
    datakit("validate", "raw.jsonl")
    assert datakit("augment", "--output", "balanced.jsonl")[0] == 0
    written = [json.loads(line) for line in (datakit.folder / "balanced.jsonl").read_text().splitlines()]
    labels = [row["label"] for row in written]
    assert labels.count("spam") == labels.count("ham") == 77
    assert all(row["parent"] for row in written[96:])


def test_any_augmenter_of_nlpaug_fills_a_class(datakit):
    """The adapter runs end to end: exact counts, provenance, and the operator's name on every new row."""
    datakit("validate", "raw.jsonl")
    code, _, _ = datakit("augment", "--operator", "nlpaug", "--output", "noisy.jsonl")
    assert code == 0
    written = [json.loads(line) for line in (datakit.folder / "noisy.jsonl").read_text().splitlines()]
    new = [row for row in written if row["parent"]]
    assert {row["op"] for row in new} == {"nlpaug"}
    assert len(new) == 77 - 19


def test_init_lays_down_recipes_and_suites_and_keeps_edited_ones(datakit):
    """Files that are there stay as they are."""
    assert datakit("init")[0] == 0
    suite = datakit.folder / "expectations" / "raw.json"
    suite.write_text('{"name": "raw", "expectations": []}')
    assert datakit("init")[0] == 0
    assert json.loads(suite.read_text())["expectations"] == []
    assert (datakit.folder / "pipelines" / "nightly.yaml").exists()


def test_the_projects_own_suite_is_the_gate(datakit):
    """An edited suite in ./expectations is used instead of the shipped one."""
    (datakit.folder / "expectations").mkdir()
    expectation = {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": "rows", "min_value": 1000},
        "meta": {"code": "too-few-rows"},
    }
    (datakit.folder / "expectations" / "raw.json").write_text(
        json.dumps({"name": "raw", "expectations": [expectation]})
    )
    code, out, _ = datakit("validate", "raw.jsonl")
    assert code == 3
    assert "rows: 120, the gate asks for at least 1000" in out


def test_explain_prints_the_manual_of_every_component(datakit):
    """Each page names its headings."""
    for family in families():
        for name in family.names():
            code, out, _ = datakit("explain", name)
            assert code == 0
            assert "What:" in out
            assert "Source:" in out


def test_every_command_has_help_and_a_line_in_the_overview(datakit):
    """The overview is written by hand so that it need not import the commands; it must name them all."""
    for name in COMMANDS:
        command = cli.get_command(None, name)
        assert command is not None
        assert command.name == name
        assert command.help
        assert all(parameter.help for parameter in command.params if parameter.param_type_name == "option")
    assert datakit("--help")[0] == 0


def test_quiet_prints_nothing(datakit):
    """Only the exit code speaks."""
    assert datakit("validate", "raw.jsonl", "--quiet") == (0, "", "")


def test_a_range_test_shows_the_curve_and_trains_nothing(datakit):
    """The pipeline is brought up to augmentation; the curve lies in the run's folder as CSV and JSON."""
    datakit("validate", "raw.jsonl")
    code, out, _ = datakit("finetune", "--lr-range-test", "--model", datakit.encoder, "--batch-size", "4")
    assert code == 0
    assert "weights move healthily" in out
    assert "▁" in out
    code, out, _ = datakit("status", "--json")
    assert json.loads(out)["stages"]["finetune"] != "up to date"
    code, out, _ = datakit("finetune", "--lr-range-test", "--json")
    told = json.loads(out)
    table, curve = map(Path, told["files"])
    assert table.read_text(encoding="utf-8").startswith("rate,loss,update_ratio,smoothed\n1e-07,")
    assert json.loads(curve.read_bytes())["points"] == told["lr_range"]
