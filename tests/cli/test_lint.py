import json

import pytest

from datakit.cli.main import run

BROKEN = "from transformers import AdamW\n"
HARMFUL = "from transformers import Trainer\ntrainer = Trainer(model)\ntrainer.train()\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give a current folder with a script that breaks and a notebook that does harm."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(BROKEN)
    cells = [
        {"cell_type": "markdown", "source": ["# not code"]},
        {"cell_type": "code", "source": ["!pip install transformers\n", "from transformers import Trainer"]},
        {"cell_type": "code", "source": "trainer = Trainer(model)\ntrainer.train()"},
    ]
    (tmp_path / "notebook.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_an_error_ends_with_3_and_a_line_that_editors_understand(capsys):
    """Place, severity, code and message; the fix below."""
    assert run(["lint", "train.py"]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "train.py:1:26: error removed-import: transformers 5 has no AdamW: the import fails",
        "  fix: from torch.optim import AdamW (weight_decay is 0.01 there, it was 0)",
        "1 file: 1 error",
    ]


@pytest.mark.usefixtures("folder")
def test_warnings_end_with_0(capsys):
    """Places in a notebook are told by code cell."""
    assert run(["lint", "notebook.ipynb"]) == 0
    assert capsys.readouterr().out.startswith("notebook.ipynb:cell 2:1:11: warning never-evaluated:")


def test_a_folder_is_all_that_is_below_it(folder, capsys):
    """But for what is hidden; each file once."""
    hidden = folder / ".venv"
    hidden.mkdir()
    (hidden / "other.py").write_text(BROKEN)
    (folder / "data.txt").write_text("no script")
    assert run(["lint", ".", "train.py", "--quiet"]) == 3
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == ["train.py", "  fix"]


@pytest.mark.usefixtures("folder")
def test_json_holds_every_field(capsys):
    """One object, for machines."""
    assert run(["lint", "train.py", "notebook.ipynb", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["schema_version"], told["files"]) == (1, 2)
    assert told["flaws"][0] == {
        "path": "train.py",
        "code": "removed-import",
        "severity": "error",
        "cell": None,
        "line": 1,
        "column": 26,
        "message": "transformers 5 has no AdamW: the import fails",
        "fix": "from torch.optim import AdamW (weight_decay is 0.01 there, it was 0)",
    }
    assert (told["flaws"][1]["path"], told["flaws"][1]["cell"]) == ("notebook.ipynb", 2)


def test_all_files_that_cannot_be_read_are_told_at_once(folder, capsys):
    """Absent, of another kind, no notebook, of a strange encoding."""
    (folder / "broken.ipynb").write_text("{")
    (folder / "list.ipynb").write_text("[]")
    (folder / "latin.py").write_bytes(b"x = '\xe4'\n")
    (folder / "data.csv").write_text("text,label\n")
    names = ["absent.py", "broken.ipynb", "list.ipynb", "latin.py", "data.csv"]
    assert run(["lint", *names]) == 2
    told = capsys.readouterr().err
    assert [name for name in names if f"{name}: " not in told] == []
    assert "list.ipynb: no notebook of format 4" in told


def test_a_clean_script_is_said_to_be_clean(folder, capsys):
    """In one line."""
    (folder / "clean.py").write_text("import json\n\njson.loads('{}')\n")
    assert run(["lint", "clean.py"]) == 0
    assert capsys.readouterr().out == "1 file: nothing found\n"


def test_encodings_that_a_script_declares_are_heard(folder):
    """As Python hears them."""
    (folder / "latin.py").write_bytes(b"# coding: latin-1\nx = '\xe4'\n")
    assert run(["lint", "latin.py"]) == 0


def test_an_idiom_has_a_manual_page(capsys):
    """And the code of a syntax error is explained, too."""
    assert run(["explain", "removed-import"]) == 0
    assert capsys.readouterr().out.startswith("removed-import (idioms)\n\n")
    assert run(["explain", "syntax-error"]) == 0
