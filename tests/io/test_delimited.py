import gzip
import subprocess

import pytest

from datakit.core.errors import InputError
from datakit.io import Reading, Source, read
from datakit.io.files import unknown_ending


@pytest.fixture
def reading(tmp_path):
    """Give a function that reads some bytes as a file."""

    def of(content: bytes, name: str = "raw.csv", **how) -> Reading:
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return read(path, Source(**how))

    return of


def rejects(reading: Reading) -> list[tuple[int, str]]:
    """Return line and code of each reject."""
    return [(reject.line, reject.code) for reject in reading.rejects]


@pytest.mark.parametrize("name", ["raw.csv", "raw.csv.gz"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r\r\n"])
def test_records_have_the_line_they_start_on(reading, end, name):
    """Line ends within quotes are kept to the byte, and later numbers stay right."""
    content = end.join([b"text,label", b'"one', b'two",a', b'"say ""hi"", all",b', b"", b"last,a"])
    result = reading(content, name)
    assert result.corpus.texts == [f"one{end.decode()}two", 'say "hi", all', "last"]
    assert result.corpus.lines == [2, 4, 6]
    assert result.notes[0] == "blank lines passed over: 1"


def test_labels_stay_strings_and_empty_cells_are_null(reading):
    """Nothing looks like a number, a date or NaN here."""
    result = reading(b"label,text\n007,2020-01-01\n1e5,NaN\n,None\nx,\n")
    assert result.corpus.labels == ["007", "1e5", None, "x"]
    assert result.corpus.texts == ["2020-01-01", "NaN", "None", None]


def test_records_of_another_width_are_rejected(reading):
    """Fields are never shifted or dropped."""
    result = reading(b"text,label\na,b,c\nt,x\nonly\n")
    assert rejects(result) == [(2, "wrong-field-count"), (4, "wrong-field-count")]
    assert result.rejects[0].reason == "the record has 3 fields, the file has 2 columns"
    assert result.rejects[0].raw == "a,b,c"
    assert result.rows_seen == 3


@pytest.mark.parametrize(
    ("line", "word"),
    [(b'"never closed,a', "never closed"), (b'"t"x,a', "',' expected"), (b"t\rt,a", "carriage return")],
)
def test_a_broken_record_costs_its_own_line_only(reading, line, word):
    """An open quote does not swallow what follows."""
    result = reading(b"text,label\nt,a\n" + line + b"\nu,b\nv,c\n")
    assert rejects(result) == [(3, "unreadable-line")]
    assert word in result.rejects[0].reason
    assert result.corpus.lines == [2, 4, 5]


def test_a_record_too_long_is_rejected(reading):
    """In one line or by a quote left open, and fields beyond the csv module's own limit are read."""
    long = b"x" * 200_000
    result = reading(b"text,label\n" + long + b",a\nu,b\n", max_line_bytes=1000)
    assert rejects(result) == [(2, "line-too-long")]
    assert result.corpus.lines == [3]
    assert len(reading(b"text,label\n" + long + b",a\n").corpus.texts[0]) == 200_000
    opened = reading(b'text,label\n"t,a\n' + b"u,b\n" * 500, max_line_bytes=1000)
    assert rejects(opened) == [(2, "unreadable-line")]
    assert len(opened.corpus) == 500


def test_a_file_without_a_header_needs_names(reading):
    """The message says how to give them."""
    content = b'ham\tsay "hi\nspam\tt\n'
    with pytest.raises(InputError, match="--columns label,text"):
        reading(content, "raw.tsv")
    result = reading(content, "raw.tsv", columns=("label", "text"))
    assert result.corpus.texts == ['say "hi', "t"]
    assert result.corpus.lines == [1, 2]
    assert result.notes[0] == "quotes are read as text"


def test_tsv_quotes_are_marks_where_all_of_them_are_well_formed(reading):
    """A spreadsheet's export is read as it was meant."""
    result = reading(b'text\tlabel\n"one\ntwo ""x"""\ta\nplain\tb\n', "raw.tsv")
    assert result.corpus.texts == ['one\ntwo "x"', "plain"]
    assert result.corpus.lines == [2, 4]


CP1252 = "text,label\nplain,a\n“déjà vu” naïve café,b\n".encode("cp1252")


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "ascii"])
def test_a_named_encoding_is_read_strictly(reading, encoding):
    """All its lines that are in another one are named, and one to try."""
    with pytest.raises(InputError, match=r"raw\.csv:3: byte 0 of the line, 0x93.*\n.*--encoding cp1252") as caught:
        reading(CP1252 * 2, encoding=encoding)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("name", ["raw.csv", "raw.csv.gz"])
def test_a_file_in_another_encoding_is_read_and_it_is_said(reading, name):
    """Guessing an encoding silently is how mojibake comes about."""
    result = reading(CP1252, name)
    assert result.corpus.texts[1] == "“déjà vu” naïve café"
    assert result.notes[0].startswith(
        "read as cp1252: 1 of 3 lines is not UTF-8 (line 3); if the text reads wrong"
    )
    assert reading(CP1252, name, encoding="cp1252").notes == result.notes[1:]


def test_nothing_is_said_about_utf8(reading):
    """The byte order mark is the one thing worth a note."""
    assert reading("text,label\né,a\n".encode()).notes == ()


def test_a_damaged_line_in_a_utf8_file_is_a_reject(reading):
    """The other lines are not read as something else for its sake; what it holds cannot be told from one byte."""
    rows = "é,a\n".encode() * 3
    result = reading(b"text,label\n" + rows + b'"over\ntwo \xf0 lines",a\n' + rows)
    assert result.corpus.texts == ["é"] * 6
    assert result.corpus.lines == [2, 3, 4, 7, 8, 9]
    assert rejects(result) == [(5, "unreadable-line")]
    assert result.rejects[0].reason == "byte 0xf0 in line 6 is not UTF-8, as the rest of the file is"
    assert result.rejects[0].raw == '"over\ntwo \\xf0 lines",a'
    assert result.notes[0] == "read as utf-8: 1 of 9 lines is not UTF-8 (line 6), and put aside"


def test_a_file_cut_off_within_a_character_loses_its_last_line_only(reading):
    """As by a broken download."""
    result = reading("text,label\né,a\nü,b\nö,c\nx,é".encode()[:-1])
    assert rejects(result) == [(5, "unreadable-line")]
    assert result.corpus.texts == ["é", "ü", "ö"]


def test_bytes_that_no_encoding_can_read_are_an_error(reading):
    """Better none than a wrong one."""
    with pytest.raises(InputError, match="--encoding"):
        reading(b"text,label\n" + bytes(range(0x80, 0x100)) * 20 + b",a\n")


def test_utf16_with_its_mark_is_read(reading):
    """As spreadsheets save "Unicode text"."""
    result = reading("text\tlabel\nü,a\tb\n".encode("utf-16"), "raw.tsv")
    assert result.corpus.texts == ["ü,a"]
    assert result.notes[0] == "read as utf-16, as its byte order mark says"


@pytest.mark.parametrize("block", [1, 7, 64])
def test_the_result_does_not_depend_on_the_size_of_the_blocks(reading, monkeypatch, block):
    """Characters, records and line ends may lie across any border."""
    content = 'text,label,\r\n"ü\r\r\nä",a,\r\n“,b,c\r\n\r\né\r\n“t”,c,\r\n'.encode()
    contents = [content, content.replace("é".encode(), b"\xe9"), content.decode().encode("cp1252")]
    expected = [reading(each) for each in contents]
    monkeypatch.setattr("datakit.io.files.BLOCK", block)
    for each, known in zip(contents, expected, strict=True):
        result = reading(each)
        assert (result.corpus.texts, result.corpus.lines) == (known.corpus.texts, known.corpus.lines)
        assert (result.rejects, result.notes) == (known.rejects, known.notes)


@pytest.mark.parametrize("name", ["raw.csv", "raw.csv.gz"])
def test_lines_that_end_with_a_carriage_return_alone_are_lines(reading, name):
    """As classic Mac OS and spreadsheets under "Macintosh" write them."""
    result = reading('text,label\rdéjà vu naïf,a\r\r"x\ry",b\rt,b\r'.encode("mac_roman"), name)
    assert result.corpus.texts == ["déjà vu naïf", "x\ry", "t"]
    assert result.corpus.lines == [2, 4, 6]
    assert result.notes[0].startswith("read as mac_roman: 1 of 6 lines is not UTF-8 (line 2)")


def test_records_that_go_on_in_nameless_columns_are_rejected(reading):
    """Neither joined, which would be a change, nor cut, which would be a loss that nobody sees."""
    result = reading(b"v1,v2,,\nham,one,,\nham,two, and three,\nspam,four,  ,\nspam,five,,six\n")
    assert result.corpus.texts == ["one", "four"]
    assert rejects(result) == [(3, "nameless-column"), (5, "nameless-column")]
    assert "with ' and three': join that to the text, or name the column" in result.rejects[0].reason
    assert result.rejects[0].raw == "ham,two, and three,"
    assert result.notes[0] == "the last 2 columns have no name: records that go on there are put aside"


def test_a_nameless_column_before_others_is_a_column_like_any_other(reading):
    """As pandas writes row numbers."""
    result = reading(b",text,label\n0,t,a\n1,u,b\n")
    assert result.corpus.texts == ["t", "u"]
    assert not result.rejects


def test_what_is_no_table_is_said_to_be_none(reading):
    """Before the columns that were looked for."""
    with pytest.raises(InputError, match=r"(?s)it seems to hold fields between bars.*no column is plainly"):
        reading(b"text|label\nt|a\n")
    with pytest.raises(InputError, match=r"(?s)a label, a space and a text on each line.*no column is plainly"):
        reading(b"DESC:def What, in short, is it ?\nNUM:count How many , if any ?\n")


def test_semicolons_are_read_where_the_first_line_has_no_commas_between_fields(reading):
    """As spreadsheets write them where the comma is the decimal mark; it is noted."""
    result = reading(b'text;label\nwell, now;a\n"one; two";b\n')
    assert result.corpus.texts == ["well, now", "one; two"]
    assert result.notes == ("semicolons stand between the fields",)
    assert reading(b'"text, or so";label\nt;a\n', text_column="text, or so").corpus.labels == ["a"]
    assert reading(b"t;a\nu;b\n", columns=("text", "label")).corpus.texts == ["t", "u"]
    assert reading(b"text,label;1\nt;u,a\n", label_column="label;1").corpus.texts == ["t;u"]


def test_utf16_is_read_when_named(reading):
    """Lines are split after decoding."""
    result = reading("text,label\nü\u0a0a,a\n".encode("utf-16"), encoding="utf-16")
    assert result.corpus.texts == ["ü\u0a0a"]
    with pytest.raises(InputError, match="as a whole is not utf-16"):
        reading("text,label\nü,a\n".encode("utf-16") + b"x", encoding="utf-16")


def test_a_column_that_is_there_twice_cannot_be_chosen(reading):
    """Repeated names matter only in the columns that are read."""
    assert reading(b"text,label,,\nt,a,,\n").corpus.texts == ["t"]
    with pytest.raises(InputError, match="2 columns are called 'text'"):
        reading(b"text,label,text\nt,a,u\n")


def test_a_header_alone_is_an_error(reading):
    """A corpus has at least one row."""
    with pytest.raises(InputError, match="no rows"):
        reading(b"text,label\n")
    with pytest.raises(InputError, match="no header"):
        reading(b"\n\n")
    with pytest.raises(InputError, match="never closed"):
        reading(b'"text,label\nt,a\n')


def test_nul_and_byte_order_mark(reading):
    """A NUL is text; the mark is not part of the first name."""
    result = reading(b"\xef\xbb\xbftext,label\na\x00b,x\n")
    assert result.corpus.texts == ["a\x00b"]
    assert result.notes[0] == "BOM removed"


def test_real_tsv_without_header_and_with_stray_quotes(shared_data):
    """The csv module's defaults would lose two of these rows."""
    result = read(shared_data / "dirty/sms.tsv", Source(columns=("label", "text")))
    assert len(result.corpus) == 5574
    assert not result.rejects


def test_real_csv_of_doubly_decoded_text_with_nameless_columns(shared_data):
    """Read in the encoding that keeps the bytes recoverable; rows that spilled over are put aside."""
    result = read(shared_data / "dirty/kaggle_spam.csv")
    assert len(result.corpus) == 5522
    assert [reject.code for reject in result.rejects] == ["nameless-column"] * 50
    assert result.notes[0].startswith(
        "read as mac_roman: 482 of 5,573 lines are not UTF-8 (lines 7, 10, 14, 20, 23, …)"
    )
    assert "e.g. 'Â£' becomes '£'" in result.notes[1]
    assert result.corpus.texts[result.corpus.lines.index(7)].endswith("Â£1.50 to rcv")


@pytest.mark.parametrize(
    ("label_column", "missing"),
    [("is_there_an_emotion_directed_at_a_brand_or_product", 0), ("emotion_in_tweet_is_directed_at", 5802)],
)
def test_real_csv_with_newlines_in_fields(shared_data, label_column, missing):
    """Mac Roman bytes, questions for column names, missing labels."""
    how = Source(text_column="tweet_text", label_column=label_column)
    result = read(shared_data / "dirty/judge-1377884607_tweet_product_company.csv", how)
    assert len(result.corpus) == 9093
    assert result.corpus.labels.count(None) == missing
    assert missing or list(result.corpus.label_counts.values()) == [5389, 2978, 569, 156, 1]
    assert not result.rejects
    assert result.notes[0].startswith("read as mac_roman: 480 of 9,289 lines are not UTF-8")


def test_real_csv_with_doubled_carriage_returns(shared_data):
    r"""`\r\r\n` within quotes belongs to the text."""
    result = read(shared_data / "dirty/Corona_NLP_test.csv", Source(text_column="OriginalTweet"))
    assert result.corpus.label_counts == {"Negative": 2252, "Positive": 1546}
    assert not result.rejects
    assert not result.columns.label.given
    assert sum("\r\r\n" in text for text in result.corpus.texts) == 1291


@pytest.mark.parametrize(("name", "label"), [("TREC.train", "DESC"), ("rt-polarity.neg", "neg")])
def test_real_text_that_is_no_table_is_read_once_it_is_converted(shared_data, tmp_path, name, label):
    """By the command that the error gives."""
    path = shared_data / "dirty" / name
    advice = unknown_ending(path, path.suffix, [".tsv"]).problems[1].fix
    command = advice.partition(": ")[2].partition("; then: ")[0].partition(" (or, ")[0].partition(", likewise")[0]
    subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=True)  # noqa: S603  (our own advice)
    (made,) = tmp_path.iterdir()
    result = read(made, Source(columns=("label", "text")))
    assert result.corpus.labels[0] == label
    assert len(result.corpus) == {"TREC.train": 5451, "rt-polarity.neg": 5331}[name]
    assert rejects(result) == {"TREC.train": [(66, "unreadable-line")], "rt-polarity.neg": []}[name]
    told = {"TREC.train": "utf-8: 1 of 5,452 lines is", "rt-polarity.neg": "cp1252: 101 of 5,331 lines are"}[name]
    assert result.notes[0].startswith(f"read as {told} not UTF-8")
