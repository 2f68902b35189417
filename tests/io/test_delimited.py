import gzip

import pytest

from datakit.core.errors import InputError
from datakit.io import Reading, Source, read


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


def test_undecodable_bytes_are_an_error_with_lines_and_an_encoding_to_try(reading):
    """Guessing an encoding silently is how mojibake comes about."""
    content = "text,label\nplain,a\n“déjà vu” naïve café,b\n".encode("cp1252") * 2
    with pytest.raises(InputError, match=r"raw\.csv:3: byte 0 of the line, 0x93.*\n.*--encoding ") as caught:
        reading(content)
    assert len(caught.value.problems) == 2
    assert reading(content[:-1], encoding="cp1252").corpus.texts[1] == "“déjà vu” naïve café"


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


def test_real_csv_in_another_encoding(shared_data):
    """The first 20 lines are named, and an encoding to try."""
    with pytest.raises(InputError, match=r"kaggle_spam\.csv:7: byte 141.*\n.*--encoding") as caught:
        read(shared_data / "dirty/kaggle_spam.csv")
    assert len(caught.value.problems) == 20


def test_real_csv_with_newlines_in_fields(shared_data):
    """Mac Roman bytes, questions for column names, missing labels."""
    how = Source(
        encoding="mac_roman",
        text_column="tweet_text",
        label_column="is_there_an_emotion_directed_at_a_brand_or_product",
    )
    result = read(shared_data / "dirty/judge-1377884607_tweet_product_company.csv", how)
    assert len(result.corpus) == 9093
    assert list(result.corpus.label_counts.values()) == [5389, 2978, 569, 156, 1]
    assert not result.rejects


def test_real_csv_with_doubled_carriage_returns(shared_data):
    r"""`\r\r\n` within quotes belongs to the text."""
    result = read(shared_data / "dirty/Corona_NLP_test.csv", Source(text_column="OriginalTweet"))
    assert result.corpus.label_counts == {"Negative": 2252, "Positive": 1546}
    assert not result.rejects
    assert not result.columns.label.given
