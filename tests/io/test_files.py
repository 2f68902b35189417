import gzip
import os

import pytest

from datakit.core.errors import InputError
from datakit.io import Source, read
from datakit.io.files import unknown_ending

LINE = b'{"text":"t","label":"a"}\n'
ROWS = b"text,label\n" + b"t,a\n" * 1000


def test_a_missing_file_is_an_error_with_the_nearest_name(tmp_path):
    """A typing error is the likeliest cause."""
    (tmp_path / "reviews.jsonl").write_bytes(LINE)
    with pytest.raises(InputError, match=r"did you mean 'reviews\.jsonl'"):
        read(tmp_path / "review.jsonl")
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "nowhere" / "review.jsonl")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.tsv"])
def test_a_file_without_rows_is_an_error(tmp_path, name, content):
    """Nothing, blank lines, or a byte order mark alone."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"empty|no rows|no header"):
        read(path)


@pytest.mark.parametrize("content", [ROWS, gzip.compress(ROWS, mtime=0)[:-20], gzip.compress(ROWS, mtime=0)[:5]])
@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.gz"])
def test_a_gzip_file_that_is_cut_or_none_is_an_error(tmp_path, name, content):
    """Half a file is not read as a whole one."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a whole gzip file"):
        read(path)


def test_a_gzip_file_with_damaged_content_is_an_error(tmp_path):
    """The checksum is believed."""
    content = bytearray(gzip.compress(bytes(range(256)) * 50))
    content[200] ^= 255
    (tmp_path / "a.jsonl.gz").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.jsonl\.gz"):
        read(tmp_path / "a.jsonl.gz")


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_an_unknown_encoding_is_an_error(tmp_path, name):
    """The option is named, not the file."""
    (tmp_path / name).write_bytes(LINE)
    with pytest.raises(InputError, match="--encoding: unknown encoding: utf-9"):
        read(tmp_path / name, Source(encoding="utf-9"))


def test_json_lines_in_the_wrong_encoding_are_an_error_with_the_lines(tmp_path):
    """As for CSV, where another encoding than UTF-8 was named."""
    (tmp_path / "a.jsonl").write_bytes(LINE + '{"text":"é","label":"a"}\n'.encode())
    with pytest.raises(InputError, match=r"a\.jsonl:2: byte 9 of the line, 0xc3, is not ascii"):
        read(tmp_path / "a.jsonl", Source(encoding="ascii"))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"PAR1\0\0", "a Parquet file"),
        (gzip.compress(ROWS, mtime=0), "a gzip file"),
        (b"PK\x03\x04\0", "an Excel workbook"),
        (b"\x01\0\0\x02", "no text file"),
        ("text\tlabel\n".encode("utf-16"), "UTF-16 text"),
        (ROWS, "fields between commas"),
        (LINE, "JSON Lines"),
    ],
)
def test_a_file_of_an_unknown_ending_is_looked_into(tmp_path, content, word):
    """What it seems to be is told beside the endings that are known."""
    path = tmp_path / "a.data"
    path.write_bytes(content)
    told = unknown_ending(path, ".data", [".csv", ".tsv"])
    assert told.problems[0].got == "the name's ending '.data' is not known"
    assert f"it seems to be {word}" in str(told) or f"it seems to hold {word}" in str(told)


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path):
    """By its size on the disk; the message says how to allow it."""
    path = tmp_path / "raw.jsonl"
    path.write_bytes(LINE * 10)
    assert len(read(path, Source(max_bytes=250)).corpus) == 10
    with pytest.raises(InputError, match=r"250 bytes, 249 are allowed\n.*source\.max_bytes=250"):
        read(path, Source(max_bytes=249))


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_packed_file_that_grows_beyond_measure_is_refused(tmp_path, monkeypatch, ending):
    """A bomb of 20 MB would fill the disk or the night; the one beside it only repeats itself."""
    monkeypatch.setattr("datakit.io.files.ALWAYS_UNPACKED", 1_000_000)
    line, head = (LINE, b"") if ending == "jsonl" else (b"t,a\n", b"text,label\n")
    few, many = tmp_path / f"few.{ending}.gz", tmp_path / f"many.{ending}.gz"
    few.write_bytes(gzip.compress(head + line * (900_000 // len(line))))
    assert len(read(few).corpus) > 0
    many.write_bytes(gzip.compress(head + line * (9_000_000 // len(line))))
    with pytest.raises(InputError, match="unpack to more than 100 times as many"):
        read(many)


def test_what_has_no_end_is_refused(tmp_path):
    """A pipe can be read once, a device for ever."""
    os.mkfifo(tmp_path / "raw.jsonl")
    with pytest.raises(InputError, match="a pipe or a device"):
        read(tmp_path / "raw.jsonl")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    with pytest.raises(InputError, match="a pipe or a device"):
        read(tmp_path / "zero.csv")
