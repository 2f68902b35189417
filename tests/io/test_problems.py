import gzip
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.io import Reading, Source, read
from datakit.io.problems import resembling

TREC = ["DESC:manner How did it go ?\n", "ENTY:cremat What films , and why ?\n", "DESC:def What is it ?\n"]
PROSE = [
    "it's so laddish and juvenile , only boys could find it funny .\n",
    "simplistic and tedious .\n",
    "a , b , c and so on\n",
    "the movie has a heart\n",
]


def followed(folder: Path, advice: str) -> Reading:
    """Run the command that the advice gives, as a person would type it, and read what it made."""
    command, _, then = advice.partition(": ")[2].partition("; then: ")
    command = command.partition(" (or, ")[0].partition(", likewise")[0]
    subprocess.run(["/bin/sh", "-c", command], cwd=folder, check=True)  # noqa: S603  (our own advice)
    (made,) = folder.glob("*.labelled.tsv")
    assert then == f"datakit validate {shlex.quote(made.name)} --columns label,text"
    return read(made, Source(columns=("label", "text")))


def put(path: Path, lines: list[str]) -> Path:
    """Write a file, packed if its name says so."""
    content = "".join(lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", ["TREC.train", "TREC.train.gz", "a file.txt"])
def test_labels_before_a_space_can_be_cut_off(tmp_path, name):
    """The command makes a file that is read, with the labels before the colon."""
    (problem,) = resembling(put(tmp_path / name, TREC), TREC)
    assert "a label, a space and a text on each line, without a header" in problem.got
    result = followed(tmp_path, problem.fix)
    assert result.corpus.labels == ["DESC", "ENTY", "DESC"]
    assert result.corpus.texts[1] == "What films , and why ?"


def test_fasttext_labels_lose_their_mark(tmp_path):
    """`__label__` is no part of the label."""
    lines = ["__label__spam win a prize\n", "__label__ham see you\n"]
    (problem,) = resembling(put(tmp_path / "a.txt", lines), lines)
    assert followed(tmp_path, problem.fix).corpus.labels == ["spam", "ham"]


def test_labels_without_a_mark_are_known_by_their_repetition(tmp_path):
    """Many lines that begin with few words."""
    lines = [f"{label} text number {i}\n" for i in range(20) for label in ("pos", "neg")]
    (problem,) = resembling(put(tmp_path / "a.txt", lines), lines)
    assert followed(tmp_path, problem.fix).corpus.label_counts == {"neg": 20, "pos": 20}


@pytest.mark.parametrize(("name", "label"), [("rt.neg", "neg"), ("rt.neg.gz", "neg"), ("neg.txt", "neg")])
def test_a_file_of_one_class_takes_its_label_from_its_name(tmp_path, name, label):
    """The command appends, so that the other classes' files can follow."""
    (problem,) = resembling(put(tmp_path / name, PROSE), PROSE)
    assert "one text a line without a label" in problem.got
    assert "likewise for the other labels' files" in problem.fix
    result = followed(tmp_path, problem.fix)
    assert result.corpus.labels == [label] * 4
    assert result.corpus.texts == [line.rstrip("\n") for line in PROSE]


@pytest.mark.parametrize(
    ("lines", "what", "name"),
    [
        (['{"text": "a, b", "label": "c"}\n'], "JSON Lines", "a.jsonl"),
        (["ham\tone, two\n", "spam\tthree\n"], "fields between tabs", "a.tsv"),
        (['ham,"one, two"\n', "spam,three\n"], "fields between commas", "a.csv"),
        (['ham;"one; two"\n', "spam;three\n"], "fields between semicolons", "a.csv"),
    ],
)
def test_known_formats_under_another_name_only_need_renaming(lines, what, name):
    """The new name is told, still packed where the old one was."""
    (problem,) = resembling(Path("in/a.data"), lines)
    assert what in problem.got
    assert problem.fix == f"name it {name}"
    assert resembling(Path("in/a.data.gz"), lines)[0].fix == f"name it {name}.gz"


def test_bars_are_converted(tmp_path):
    """Bytes pass through as they are."""
    lines = ["label|text\n", 'a|"one| ""two"", é"\n', "b|three\n"]
    path = put(tmp_path / "a.csv", lines)
    (problem,) = resembling(path, lines, ".csv")
    command = problem.fix.partition(": ")[2]
    subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=True)  # noqa: S603  (our own advice)
    assert read(tmp_path / "a.commas.csv").corpus.texts == ['one| "two", é', "three"]


@pytest.mark.parametrize("lines", [[], ["\n"], ["word\n", "other\n"], ["label,text\n", "a,b\n"]])
def test_nothing_is_said_where_nothing_is_plain(lines):
    """Nor where the file is what it was read as."""
    assert resembling(Path("a.csv"), lines, ".csv") == ()


@given(st.lists(st.text(st.sampled_from('a ,;|\t"\r\n:_{é'), max_size=12), max_size=8))
def test_any_lines_can_be_looked_at(lines):
    """At most one thing is said, whatever stands there."""
    assert len(resembling(Path("a.data"), lines)) <= 1
