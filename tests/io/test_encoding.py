# ruff: noqa: RUF001  (letters and signs of several scripts are what these tests are about)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.io.encoding import guessed, kept_utf8, likely, survey

MOST = 1000

FRENCH = "Le café était fermé, « déjà », dit-elle… c’est où l’été à l’hôtel ?"
GERMAN = "Schöne Grüße aus Köln, die Straße ist überfüllt, „na und“"
POLISH = "Zażółć gęślą jaźń, proszę państwa, dziękuję bardzo i źle"
RUSSIAN = "Всё хорошо, спасибо большое за помощь, очень приятно было познакомиться с вами"
CHINESE = "味道很好,送餐也很快,就是米饭有点少,下次还会再来"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (FRENCH, "cp1252"),
        (FRENCH, "mac_roman"),
        (GERMAN, "cp1252"),
        (GERMAN, "mac_roman"),
        (GERMAN.replace("„", "").replace("“", ""), "cp850"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (CHINESE, "gb18030"),
    ],
)
def test_the_encoding_is_told_from_the_bytes(text, codec):
    """Western ones by what stands within words, the others by their language."""
    assert likely(text.encode(codec))[0] == codec


def test_text_that_is_plausible_in_several_encodings_is_taken_for_cp1252():
    """As HTML has it."""
    assert likely("naïve café".encode("cp1252"))[0] == "cp1252"
    assert likely(b"sister\xf0city")[0] == "cp1252"


def test_utf8_read_as_cp1252_and_saved_as_mac_roman_is_recognised():
    """Mac Roman gives the common mojibake, of which UTF-8 can be made again; the note shows how, on an example."""
    damaged = "£1.50 – that’s it".encode().decode("cp1252").encode("mac_roman")
    assert likely(damaged) == ["mac_roman"]
    notes = guessed(survey([damaged], MOST), "mac_roman", ()).notes
    assert ".encode('cp1252').decode('utf-8'), e.g. 'Â£' becomes '£'; nothing was changed" in notes[1]
    assert damaged.decode("mac_roman").encode("cp1252").decode() == "£1.50 – that’s it"


def test_no_repair_is_told_where_there_is_nothing_to_repair():
    """A text that simply is in Mac Roman."""
    assert len(guessed(survey([FRENCH.encode("mac_roman")], MOST), "mac_roman", ()).notes) == 1


def test_lines_are_counted_and_the_first_named():
    """ASCII speaks for no encoding."""
    found = survey([b"plain\n", "é\n".encode(), b"\xe9\n"] * 6, MOST)
    assert (found.lines, found.wrong, found.right) == (18, 6, 6)
    assert found.first == (3, 6, 9, 12, 15)
    note = guessed(found, "cp1252", ()).notes[0]
    assert note.startswith("read as cp1252: 6 of 18 lines are not UTF-8 (lines 3, 6, 9, 12, 15, …)")


def test_a_line_cut_at_the_limit_may_end_within_a_character():
    """But the last line of a file that was cut off is damaged."""
    assert survey(["é".encode() * 3], 3).wrong == 0
    assert survey([b"ab\xc3"], MOST).wrong == 1


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([b"\xe9\n"] + [b"a\n"] * 999, True),
        ([b"\xe9\n"] + [b"a\n"] * 998, False),
        ([b"\xe9\n", "é\n".encode(), "ü\n".encode()], True),
        ([b"\xe9\n", b"\xe8\n", "é\n".encode()], False),
    ],
)
def test_a_file_is_utf8_where_few_lines_are_not(lines, expected):
    """Few: at most one in a thousand, or fewer than the lines that are UTF-8 beyond ASCII."""
    assert survey(lines, MOST).mostly_utf8 is expected


def test_the_note_names_an_encoding_only_where_it_does_no_harm_to_other_lines():
    """Where other lines are UTF-8, no single-byte encoding is right for the file."""
    alone = kept_utf8(survey([b"caf\xe9\n"] + [b"a\n"] * 999, MOST), ("BOM removed",))
    assert alone.notes == (
        "BOM removed",
        "read as utf-8: 1 of 1,000 lines is not UTF-8 (line 1), and put aside; --encoding cp1252 reads every line",
    )
    among = kept_utf8(survey([b"\xe9\n", "é\n".encode(), "ü\n".encode()], MOST), ())
    assert "--encoding" not in among.notes[0]


@given(st.binary(max_size=200))
def test_any_bytes_can_be_judged(sample):
    """The judgement is a list of codecs, perhaps empty."""
    assert all(b"".decode(codec) == "" for codec in likely(sample))
