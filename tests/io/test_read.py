import gzip
import subprocess
import sys

import pytest

from datakit.core.errors import InputError, UsageError
from datakit.io import Source, load, read


def test_load_gives_the_corpus_of_a_file(tmp_path):
    """A path may be a string, and options are the fields of Source."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"body":"t","stars":1}\n')
    assert load(str(path), label_column="stars").labels == ["1"]


def test_load_refuses_a_file_with_rejects(tmp_path):
    """There is no quarantine here, so nothing may be passed over; the first 20 are told."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"text":"t","label":"a"}\n' + "{\n" * 30)
    with pytest.raises(InputError, match=r"a\.jsonl:2: unreadable-line: ") as caught:
        load(path)
    assert len(caught.value.problems) == 21
    assert len(read(path).rejects) == 30


def test_load_refuses_unknown_options_and_sources():
    """The nearest name is suggested."""
    with pytest.raises(UsageError, match="did you mean 'text_column'"):
        load("a.jsonl", text_colum="t")
    with pytest.raises(UsageError, match="type int"):
        load(3)


@pytest.mark.parametrize("name", ["a.txt", "a", "a.gz"])
def test_an_unknown_ending_is_an_error_listing_the_known(tmp_path, name):
    """The format is the name's ending."""
    (tmp_path / name).write_bytes(gzip.compress(b"x") if name.endswith(".gz") else b"x")
    with pytest.raises(InputError, match=r"\.jsonl"):
        read(tmp_path / name)


def test_column_names_for_a_format_that_has_its_own_are_refused(tmp_path):
    """An option without effect would be a trap."""
    (tmp_path / "a.jsonl").write_text('{"text":"t","label":"a"}\n')
    with pytest.raises(InputError, match="--columns is for CSV and TSV"):
        read(tmp_path / "a.jsonl", Source(columns=("text", "label")))


def test_endings_are_read_in_any_case(tmp_path):
    """Windows writes .CSV."""
    (tmp_path / "A.CSV").write_text("text,label\nt,a\n")
    assert read(tmp_path / "A.CSV").format == "csv"


def test_importing_the_room_imports_no_heavy_library():
    """Neither pandas nor datasets is needed to read a file."""
    code = "import sys, datakit.io; sys.exit(bool({'pandas', 'datasets', 'torch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
