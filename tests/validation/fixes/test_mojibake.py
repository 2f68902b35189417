# ruff: noqa: RUF001  (curly quotes and dashes are what damage befalls)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.testing import corpus
from datakit.validation.checks.mojibake import Mojibake as Check
from datakit.validation.fixes.mojibake import Mojibake

GOOD = [
    "It’s a café – naïve, déjà vu, «CAFÉ» à la crème",
    "Größe, Übung, Straße: 5 € für 3 m²",
    "£100 or 50¢, 20 °C ± 1, ½ cup, “quoted”, ‘so’",
    "Å ÅÄÖ på 5 kr, Øl, æble, ÞÓRR",
    "Привет, мир! Καλημέρα κόσμε, 你好世界, שלום",
    "👍🏽 👩‍👩‍👧 ♥ ☺ … ™",
    "ação São João à NÃO PODE",
]  # fmt: skip


def twice(text):
    """Return UTF-8 read as Windows-1252, saved as Mac Roman, and read as Windows-1252 again."""
    return text.encode().decode("cp1252").encode("mac_roman").decode("cp1252")


def mended(text):
    """Return the text as the fix leaves it."""
    (change,) = Mojibake().changes(corpus([(text, "a")]))
    return change.after


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "mac_roman", "cp1250"])
def test_utf8_that_was_read_as_another_encoding_is_read_right(encoding):
    """The common damage, once and twice."""
    text = "It is a café, the crème brûlée is très bon"
    once = text.encode().decode(encoding)
    assert mended(once) == text
    assert mended("it’s".encode().decode("cp1252").encode().decode("cp1252")) == "it’s"


@pytest.mark.parametrize(
    ("damaged", "text"),
    [
        (twice("£100 for you"), "£100 for you"),
        (twice("that is – so they say – true"), "that is – so they say – true"),
        (twice("‘so’ it’s"), "‘so’ it’s"),
        ("å£1.50 and ‰Û÷so‰Ûª", "£1.50 and ‘so’"),
        ("thatÂ’s the way", "that’s the way"),
        (
            "she said â€œnoâ€ù, and left",
            "she said “no”, and left",
        ),  # 0x9D, which Windows-1252 lacks, by way of Mac
        ("âœç victory", "✍ victory"),
    ],
)
def test_the_way_by_mac_roman_is_gone_back(damaged, text):
    """As in the Kaggle copy of the SMS Spam Collection, whichever of the two the file is read as."""
    assert mended(damaged) == text


@pytest.mark.parametrize("text", GOOD)
def test_good_texts_are_not_touched(text):
    """Neither by themselves nor beside damage that is mended."""
    assert list(Mojibake().changes(corpus([(text, "a")]))) == []
    assert mended(f"{text} | cafÃ©") == f"{text} | café"
    assert mended(f"{text} | å£100") == f"{text} | £100"


@given(st.lists(st.sampled_from(" ".join(GOOD).split()), min_size=1, max_size=12).map(" ".join))
def test_good_words_in_any_order_are_not_touched(text):
    """What the check does not find, the fix leaves."""
    assert list(Mojibake().changes(corpus([(text, "a")]))) == []


@given(st.text(max_size=40))
def test_what_the_check_does_not_find_stays(text):
    """Whatever it is; and what was mended is not mended again."""
    rows = corpus([(text, "a")])
    changes = list(Mojibake().changes(rows))
    assert not changes or Check().faulty(rows) == [0]
    assert [list(Mojibake().changes(corpus([(change.after, "a")]))) for change in changes] == [[]] * len(changes)


def test_what_was_lost_stays_lost():
    """The second half of `Ã_` is gone, and nothing is known of U+FFFD; nothing is guessed."""
    lost = [("How Ã_ noe leh", "a"), ("caf\ufffd", "a")]
    assert list(Mojibake().changes(corpus(lost))) == []
