"""`datakit job run` and `datakit rollback` as they are typed."""

import json

import pytest
from support import sms, write_jsonl

from datakit.cli.main import run


@pytest.fixture
def called(project, tiny_encoder, capsys):
    """Give a function that runs a command line in a folder with a small recipe: exit code, output, error."""
    options = f"{{model: {tiny_encoder}, epochs: 3, batch_size: 4, learning_rate: 0.005}}"
    (project / "pipelines").mkdir()
    recipe = f"source: raw.jsonl\nfinetune: {options}\nevaluate: {{probe: false}}\njob: {{margin: 0.9, keep: 1}}\n"
    (project / "pipelines" / "small.yaml").write_text(recipe, encoding="utf-8")

    def call(*arguments):
        code = run(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_two_nights_a_roll_back_and_predictions_by_the_champion(called, project):
    """The name means a recipe in ./pipelines; predictions follow the champion, `--run latest` the newest."""
    write_jsonl(project / "raw.jsonl", sms(200))
    code, out, _ = called("job", "run", "small")
    assert code == 0
    assert "job small: promoted" in out
    code, out, _ = called("job", "run", "pipelines/small.yaml")
    assert code == 0
    assert "nothing new" in out
    write_jsonl(project / "raw.jsonl", sms(260))
    code, out, _ = called("job", "run", "small", "--json")
    second = json.loads(out)
    assert code == 0
    assert (second["outcome"], second["pipeline"]["run"]) == ("promoted", second["run"])
    code, out, _ = called("rollback", "--reason", "complaints")
    assert code == 0
    assert second["run"] in out
    lines = (project / ".datakit" / "promotions.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["promoted", "promoted", "rolled back"]
    champion, newest, named = (
        called("predict", "claim your free prize", "--json", *which)[1:]
        for which in ((), ("--run", "latest"), ("--run", second["run"]))
    )
    assert newest == named
    assert newest[0] != champion[0]
    assert f"--run latest is {second['run']}" in champion[1]
    code, _, err = called("rollback")
    assert code == 2
    assert "no champion before" in err


def test_an_unknown_name_is_answered_with_the_nearest(called):
    """Those of the folder, and those that come with datakit."""
    code, _, err = called("job", "run", "smal")
    assert code == 2
    assert "did you mean 'small'?" in err
    assert "nightly" in err
